/**
 * Writing so that nothing is ever half there: into a temporary file beside the target, flushed to disk, then renamed.
 * Links are followed and stay; devices and pipes, which nothing can replace, are written to.
 */
import { constants, write } from 'node:fs';
import { access, mkdir, open, readlink, rename, rm, stat, lstat, type FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { FileError } from '@oddpixel/contract';
import { codeOf, fileError, kindOf } from './file-errors.ts';
import { sweepOnce, temporaryPath } from './temporary-files.ts';

export interface WriteOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface FileToWrite {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes a file so that readers see the old content or the new one, never a part. Folders on the way are made. After
 * an error or an abort nothing is left behind. A file that is replaced keeps its permissions; one that is
 * write-protected is not replaced. A link stays: the file that it points to is replaced. Devices, pipes and
 * `/dev/stdout` are written to directly. What killed processes left behind in the folder is removed.
 *
 * @throws FileError
 */
export function writeFileAtomic(path: string, bytes: Uint8Array, options: WriteOptions = {}): Promise<void> {
  return writeFilesTogether([{ path, bytes }], options);
}

/**
 * Writes files that belong together, each as `writeFileAtomic` does: none takes its place before all lie on the disk
 * beside their targets, so a full disk or a kill while they are written leaves the old files, all of them. Only a kill
 * between the renames, which take microseconds, can leave some old and some new.
 *
 * @throws FileError
 */
export async function writeFilesTogether(
  files: readonly FileToWrite[],
  { signal }: WriteOptions = {},
): Promise<void> {
  signal?.throwIfAborted();
  const prepared: Prepared[] = [];
  try {
    for (const { path, bytes } of files) prepared.push(await prepare(path, bytes, signal));
    signal?.throwIfAborted();
    // Devices first: writing to them may fail, renaming hardly can.
    prepared.sort((a, b) => Number(a.temporary !== undefined) - Number(b.temporary !== undefined));
    for (const { path, commit } of prepared) {
      try {
        await commit();
      } catch (cause) {
        if (signal?.aborted === true) throw signal.reason;
        throw fileError(path, 'write', cause);
      }
    }
  } catch (cause) {
    for (const { temporary } of prepared) {
      if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => {});
    }
    throw cause;
  }
}

/** For a store's own files: a link in its place is replaced, never followed. */
export async function replaceEntry(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const { commit, temporary } = await prepareReplacement(path, path, bytes, undefined, undefined);
    await commit().catch(async (cause: unknown) => {
      await rm(temporary as string, { force: true }).catch(() => {});
      throw cause;
    });
  } catch (cause) {
    throw fileError(path, 'write', cause);
  }
}

interface Prepared {
  /** As the caller named it, for messages. */
  readonly path: string;
  /** Absent if nothing is replaced. */
  readonly temporary?: string;
  commit(): Promise<void>;
}

async function prepare(path: string, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<Prepared> {
  try {
    const descriptor = descriptorOf(path);
    if (descriptor !== undefined) {
      const commit = (): Promise<void> => writeAll(toDescriptor(descriptor), bytes, signal);
      return { path, commit };
    }
    const target = await followLinks(path);
    const information = await stat(target).catch(unlessAbsent);
    if (information === undefined || information.isFile()) {
      return await prepareReplacement(path, target, bytes, information, signal);
    }
    if (information.isDirectory() || information.isSocket()) {
      const reason = kindOf(information);
      throw new FileError({ path, operation: 'write', reason, fix: 'Give the path of a file.' });
    }
    return { path, commit: () => writeToDevice(target, bytes, signal) };
  } catch (cause) {
    if (signal?.aborted === true) throw signal.reason;
    throw fileError(path, 'write', cause);
  }
}

async function prepareReplacement(
  path: string,
  target: string,
  bytes: Uint8Array,
  replaced: { mode: number; uid: number; gid: number } | undefined,
  signal: AbortSignal | undefined,
): Promise<Prepared> {
  const folder = dirname(target);
  if (replaced === undefined) await makeFolder(folder, path);
  else await access(target, constants.W_OK);
  await sweepOnce(folder);
  const temporary = temporaryPath(folder);
  try {
    const file = await open(temporary, 'wx').catch((cause: unknown) => {
      throw codeOf(cause) === 'ENOENT' ? takesNothing(path, folder) : cause;
    });
    try {
      if (replaced !== undefined) await inherit(file, replaced);
      await file.writeFile(bytes, signal === undefined ? {} : { signal });
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw cause;
  }
  return { path, temporary, commit: () => rename(temporary, target) };
}

/** Permissions as the replaced file has them, and its owner if that is allowed. */
async function inherit(
  file: FileHandle,
  { mode, uid, gid }: { mode: number; uid: number; gid: number },
): Promise<void> {
  const own = await file.stat();
  if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid).catch(() => {});
  if ((own.mode & 0o777) !== (mode & 0o777)) await file.chmod(mode & 0o777).catch(() => {});
}

/** Linux' own limit on links in a path. */
const maxLinks = 40;

/** The path that a chain of links ends at, whether something is there or not. */
async function followLinks(path: string): Promise<string> {
  let target = path;
  for (let i = 0; i < maxLinks; i++) {
    const information = await lstat(target).catch(unlessAbsent);
    if (information?.isSymbolicLink() !== true) return target;
    // What the links of /proc say is no path if it is a pipe or a deleted file.
    const next = resolve(dirname(target), await readlink(target));
    if ((await lstat(next).catch(unlessAbsent)) === undefined && (await stat(target).catch(unlessAbsent))) {
      return target;
    }
    target = next;
  }
  throw Object.assign(new Error(`more than ${maxLinks} links`), { code: 'ELOOP' });
}

/**
 * Makes a folder and those above it. Node's own recursive `mkdir` never returns if a folder exists, but takes no
 * folders and says that it is not there, as /proc does.
 */
async function makeFolder(folder: string, path: string): Promise<void> {
  if (await isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) await makeFolder(parent, path);
  try {
    await mkdir(folder);
  } catch (cause) {
    // Somebody else may have made it meanwhile.
    if (await isFolder(folder)) return;
    throw codeOf(cause) === 'ENOENT' ? takesNothing(path, parent) : cause;
  }
}

function takesNothing(path: string, folder: string): FileError {
  const reason = `${folder} accepts no new files`;
  return new FileError({ path, operation: 'write', reason, fix: 'Choose another folder.' });
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

function unlessAbsent(cause: unknown): undefined {
  if (codeOf(cause) !== 'ENOENT') throw cause;
  return undefined;
}

/** Standard output and its like: what they stand for may be a socket, which has no path that can be opened. */
function descriptorOf(path: string): number | undefined {
  if (path === '/dev/stdout') return 1;
  if (path === '/dev/stderr') return 2;
  const [, number] = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path) ?? [];
  return number === undefined ? undefined : Number(number);
}

async function writeToDevice(
  path: string,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  // Without O_NONBLOCK a pipe that nobody reads would be waited for.
  const file = await open(path, constants.O_WRONLY | (constants.O_NONBLOCK ?? 0));
  try {
    await writeAll(async (part) => (await file.write(part)).bytesWritten, bytes, signal);
  } finally {
    await file.close();
  }
}

const writeAsync = promisify(write);

function toDescriptor(descriptor: number): (part: Uint8Array) => Promise<number> {
  return async (part) => (await writeAsync(descriptor, part)).bytesWritten;
}

/** How long a full pipe is left alone before the next attempt. */
const retryMs = 5;

async function writeAll(
  writePart: (part: Uint8Array) => Promise<number>,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    signal?.throwIfAborted();
    try {
      done += await writePart(bytes.subarray(done));
    } catch (cause) {
      if (codeOf(cause) !== 'EAGAIN') throw cause;
      await new Promise((later) => setTimeout(later, retryMs));
    }
  }
}
