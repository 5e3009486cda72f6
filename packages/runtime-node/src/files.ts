/** Files on disk below a root, and bytes under keys. */
import type { Stats } from 'node:fs';
import { open, readdir, realpath, rm, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import {
  defaultImageLimits,
  FileError,
  type FileEntry,
  type FileSource,
  type Store,
} from '@oddpixel/contract';
import { checkStoreKey } from '@oddpixel/contract/unstable';
import { codeOf, fileError, unusableReason } from './file-errors.ts';
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
      reason: `it is outside ${root}`,
      fix: 'Use paths below the root of the data set.',
    });
  }

  /** What lies at a path that a folder lists; what cannot be used says why. */
  async function look(full: string, isLink: boolean): Promise<Omit<FileEntry, 'path'>> {
    try {
      if (isLink && !followLinks && !isInside(await realpath(base), await realpath(full))) {
        return { kind: 'unusable', reason: `it is a link that leads out of ${root}` };
      }
      const information = await stat(full);
      if (information.isDirectory()) return { kind: 'directory' };
      if (information.isFile()) return { kind: 'file', sizeBytes: information.size };
      return { kind: 'unusable', reason: `it is ${specialKind(information)}, not a file` };
    } catch (cause) {
      return { kind: 'unusable', reason: unusableReason(cause, isLink) };
    }
  }

  return {
    name: root,
    async *list(path): AsyncGenerator<FileEntry, void, undefined> {
      const folder = await locate(path, 'list');
      const children = await readdir(folder, { withFileTypes: true, encoding: 'buffer' }).catch(
        (cause: unknown) => {
          throw fileError(join(root, path), 'list', cause);
        },
      );
      const named = children.map((child) => ({ name: printable(child.name), child }));
      for (const { name, child } of named.sort((a, b) => byCodeUnit(a.name, b.name))) {
        const entry = { path: path === '' || path === '.' ? name : `${path}/${name}` };
        const isLink = child.isSymbolicLink();
        const found = isText(child.name)
          ? await look(join(folder, name), isLink)
          : { kind: 'unusable' as const, reason: 'its name is not UTF-8 text, and is shown with escapes' };
        yield { ...entry, ...found, isLink: isLink ? true : undefined };
      }
    },
    async identify(path): Promise<string> {
      return realpath(await locate(path, 'list')).catch((cause: unknown) => {
        throw fileError(join(root, path), 'list', cause);
      });
    },
    async readHead(path, byteCount): Promise<Uint8Array> {
      const file = await locate(path, 'read');
      try {
        const handle = await open(file, 'r');
        try {
          const { buffer, bytesRead } = await handle.read(new Uint8Array(byteCount), 0, byteCount, 0);
          return buffer.subarray(0, bytesRead);
        } finally {
          await handle.close();
        }
      } catch (cause) {
        throw fileError(join(root, path), 'read', cause);
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
  const pathOf = (key: string): string => join(folder, checkStoreKey(key));
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

function isText(name: Buffer): boolean {
  return Buffer.from(name.toString('utf8')).equals(name);
}

/** A name as text; bytes that are not UTF-8 as escapes, such as `caf\\xe9.png`. */
function printable(name: Buffer): string {
  if (isText(name)) return name.toString('utf8');
  let text = '';
  for (let at = 0; at < name.length;) {
    const length = [1, 2, 3, 4].find((count) => isText(name.subarray(at, at + count))) ?? 0;
    text +=
      length > 0
        ? name.toString('utf8', at, at + length)
        : `\\x${(name[at] as number).toString(16).padStart(2, '0')}`;
    at += Math.max(1, length);
  }
  return text;
}

function specialKind(information: Stats): string {
  if (information.isFIFO()) return 'a named pipe';
  if (information.isSocket()) return 'a socket';
  return information.isCharacterDevice() || information.isBlockDevice() ? 'a device' : 'something else';
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isInside(base: string, path: string): boolean {
  const way = relative(base, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(base, way) === path);
}
