/** Backbones in a folder, one file each, named by its content. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { BackboneCache } from '../backbone.ts';
import { backboneCacheFolder } from './cache-folder.ts';
import { readFileBounded } from './read-bounded.ts';

export interface DiskCacheOptions {
  /** Default: `backboneCacheFolder()`. Made when the first file is kept. */
  readonly folder?: string;
}

export interface DiskCache extends BackboneCache {
  readonly folder: string;
  /** The file of a SHA-256, whether it is there or not. */
  pathOf(sha256: string): string;
}

/** Safe with several processes: a file is written under another name, flushed to disk, then renamed. */
export function diskCache(options: DiskCacheOptions = {}): DiskCache {
  const folder = resolve(options.folder ?? backboneCacheFolder());
  const pathOf = (sha256: string): string => join(folder, `${sha256}.onnx`);
  return {
    folder,
    pathOf,
    get: (sha256) => readIfThere(pathOf(sha256)),
    async put(sha256, bytes, { signal } = {}): Promise<void> {
      signal?.throwIfAborted();
      const path = pathOf(sha256);
      const temporary = join(folder, `.${sha256}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
      try {
        await makeFolder(folder);
        await sweep(folder);
        const file = await open(temporary, 'wx');
        try {
          await file.writeFile(bytes, signal === undefined ? {} : { signal });
          await file.sync();
        } finally {
          await file.close();
        }
        signal?.throwIfAborted();
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        signal?.throwIfAborted();
        // Windows renames onto no file that another process reads; what it reads may be the same file.
        const there = await readIfThere(path).catch(() => undefined);
        if (there === undefined || Buffer.compare(there, bytes) !== 0) throw error;
      }
    },
  };
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFileBounded(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A temporary file of this age is abandoned: the process that wrote it was killed. */
const staleAfterMs = 24 * 60 * 60 * 1000;

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!/^\.[0-9a-f]{64}\.\d+-[0-9a-f]{12}\.tmp$/.test(name)) continue;
    const path = join(folder, name);
    const information = await stat(path).catch(() => undefined);
    if (information === undefined || Date.now() - information.mtimeMs < staleAfterMs) continue;
    await rm(path, { force: true }).catch(() => undefined);
  }
}

/** Node's own recursive `mkdir` never returns below folders that take no new ones, such as /proc. */
async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  if (dirname(folder) !== folder) await makeFolder(dirname(folder));
  await mkdir(folder).catch(async (error: unknown) => {
    // Another process may have made it meanwhile.
    if (!(await isFolder(folder))) throw error;
  });
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
