/** Files on disk below a root, and bytes under keys. */
import { readdir, realpath, rm, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import {
  defaultImageLimits,
  FileError,
  ParameterError,
  type FileEntry,
  type FileSource,
  type Store,
} from '@oddpixel/model-core/contract';
import { codeOf, fileError } from './file-errors.ts';
import { readFileBounded } from './read-bounded.ts';
import { replaceEntry } from './write-atomic.ts';

export interface FileSourceOptions {
  /** Follows links that lead out of the folder. Only for folders whose links are trusted. Default false. */
  readonly followLinks?: boolean;
}

/**
 * A folder on disk. Paths that lead out of it, by `..` or by links, are refused. Files of more than 256 MiB are, too,
 * unless `read` is called with another `maxBytes`.
 */
export function nodeFileSource(root: string, { followLinks = false }: FileSourceOptions = {}): FileSource {
  const base = resolve(root);
  let realBase: Promise<string> | undefined;

  async function locate(path: string, operation: 'read' | 'list'): Promise<string> {
    const full = resolve(base, path);
    try {
      realBase ??= realpath(base);
      const real = await realpath(full);
      if (isInside(base, full) && (followLinks || isInside(await realBase, real))) return full;
    } catch (cause) {
      throw fileError(join(root, path), operation, cause);
    }
    throw new FileError({
      path: join(root, path),
      operation,
      reason: `it lies outside of ${root}`,
      fix: 'Use paths below the root of the data set.',
    });
  }

  return {
    name: root,
    async *list(path): AsyncGenerator<FileEntry, void, undefined> {
      const folder = await locate(path, 'list');
      const names = await readdir(folder).catch((cause: unknown) => {
        throw fileError(join(root, path), 'list', cause);
      });
      for (const name of names.sort(byCodeUnit)) {
        // A link that leads nowhere is no entry.
        const information = await stat(join(folder, name)).catch(() => undefined);
        const child = path === '' || path === '.' ? name : `${path}/${name}`;
        if (information?.isDirectory() === true) yield { path: child, kind: 'directory' };
        else if (information?.isFile() === true)
          yield { path: child, kind: 'file', sizeBytes: information.size };
      }
    },
    async read(path, { maxBytes = defaultImageLimits.maxFileBytes, limitName } = {}): Promise<Uint8Array> {
      const file = await locate(path, 'read');
      return readFileBounded(file, { maxBytes, limitName, name: join(root, path) });
    },
  };
}

/** Bytes under keys, one file each, in `folder`, which is made when the first one is put. Safe with several processes. */
export function diskStore(folder: string): Store {
  const pathOf = (key: string): string => {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(key)) {
      throw new ParameterError({
        name: 'key',
        expected: 'up to 200 letters, digits, dots, dashes and underscores, the first a letter or digit',
        received: JSON.stringify(key),
      });
    }
    return join(folder, key);
  };
  return {
    async get(key): Promise<Uint8Array | undefined> {
      const path = pathOf(key);
      try {
        return await readFileBounded(path);
      } catch (error) {
        if (error instanceof FileError && codeOf(error.cause) === 'ENOENT') return undefined;
        throw error;
      }
    },
    put: async (key, bytes) => replaceEntry(pathOf(key), bytes),
    async delete(key): Promise<void> {
      await rm(pathOf(key), { force: true });
    },
  };
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isInside(base: string, path: string): boolean {
  const way = relative(base, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(base, way) === path);
}
