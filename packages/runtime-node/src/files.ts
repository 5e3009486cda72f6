/** Files on disk: reading below a root, writing so that nothing is ever half there. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import {
  FileError,
  ParameterError,
  type FileEntry,
  type FileSource,
  type Store,
} from '@oddpixel/model-core/contract';

export interface FileSourceOptions {
  /** Follows links that lead out of the folder. Only for folders whose links are trusted. Default false. */
  readonly followLinks?: boolean;
}

/** A folder on disk. Paths that lead out of it, by `..` or by links, are refused. */
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
    async read(path): Promise<Uint8Array> {
      const file = await locate(path, 'read');
      try {
        return plainBytes(await readFile(file));
      } catch (cause) {
        throw fileError(join(root, path), 'read', cause);
      }
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
        return plainBytes(await readFile(path));
      } catch (cause) {
        if (codeOf(cause) === 'ENOENT') return undefined;
        throw fileError(path, 'read', cause);
      }
    },
    put: async (key, bytes) => writeFileAtomic(pathOf(key), bytes),
    async delete(key): Promise<void> {
      await rm(pathOf(key), { force: true });
    },
  };
}

export interface WriteOptions {
  readonly signal?: AbortSignal;
}

/**
 * Writes a file so that readers see the old content or the new one, never a part: into a temporary file beside it,
 * flushed to disk, then renamed. Folders on the way are made. After an error or an abort nothing is left behind.
 *
 * @throws FileError
 */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array,
  { signal }: WriteOptions = {},
): Promise<void> {
  signal?.throwIfAborted();
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes, signal === undefined ? {} : { signal });
      await file.sync();
    } finally {
      await file.close();
    }
    signal?.throwIfAborted();
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    if (signal?.aborted === true) throw signal.reason;
    throw fileError(path, 'write', cause);
  }
}

/** Bytes without the Buffer class, which would leak Node into pure packages. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isInside(base: string, path: string): boolean {
  const way = relative(base, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(base, way) === path);
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
}

const reasons: Readonly<Record<string, readonly [reason: string, fix: string]>> = {
  ENOENT: ['there is no such file or folder', 'Check the path.'],
  ENOTDIR: ['a part of the path is not a folder', 'Check the path.'],
  EEXIST: ['a part of the path is a file', 'Choose another path.'],
  EISDIR: ['it is a folder', 'Give the path of a file.'],
  EACCES: ['permission denied', 'Check the permissions.'],
  EPERM: ['permission denied', 'Check the permissions.'],
  EROFS: ['the file system is read-only', 'Choose another folder.'],
  ENOSPC: ['the disk is full', 'Free some space or choose another disk.'],
  EDQUOT: ['the disk quota is used up', 'Free some space or choose another disk.'],
  EFBIG: ['the file would exceed the allowed size', 'Raise the limit on file sizes (ulimit -f).'],
  EMFILE: ['too many files are open', 'Raise the limit on open files (ulimit -n).'],
};

function fileError(path: string, operation: 'read' | 'write' | 'list', cause: unknown): FileError {
  const known = reasons[codeOf(cause) ?? ''];
  const message = cause instanceof Error ? cause.message : String(cause);
  const [reason, fix] = known ?? [message];
  return new FileError({ path, operation, reason, ...(fix !== undefined && { fix }) }, { cause });
}
