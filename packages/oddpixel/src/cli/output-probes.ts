/** Checks before the work that its result can be written: an hour of training must not end at a folder that is not one. */
import { randomBytes } from 'node:crypto';
import { lstat, open, readlink, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FileError } from '@oddpixel/contract';

/** Whether a file can be written, links followed; folders above it may be missing. Leaves no trace. @throws FileError */
export async function probeFile(path: string, option: string): Promise<void> {
  const target = await followLinks(path, option);
  const information = await find(target, path, option);
  if (information?.isDirectory() === true) throw cannot(path, 'it is a folder', option);
  // Devices and pipes are written to as they are.
  if (information !== undefined && !information.isFile()) return;
  await probeNearest(dirname(target), path, option);
}

/** Whether files can be written into a folder, which may be missing. Leaves no trace. @throws FileError */
export async function probeFolder(path: string, option: string): Promise<void> {
  const information = await find(path, path, option);
  if (information !== undefined && !information.isDirectory())
    throw cannot(path, 'it is not a folder', option);
  await probeNearest(await followLinks(path, option), path, option);
}

/**
 * A cache is a help, not a need: one that cannot be written is reported by a remark, and may still hold what is read.
 * What is not a folder was not meant. @throws FileError
 */
export async function checkCacheFolder(path: string): Promise<void> {
  const information = await stat(path).catch(() => undefined);
  if (information !== undefined && !information.isDirectory())
    throw cannot(path, 'it is not a folder', '--cache');
}

/** The folder itself, or the nearest one above it that is there: the missing ones will be made in it. */
async function probeNearest(folder: string, path: string, option: string): Promise<void> {
  let nearest = resolve(folder);
  for (;;) {
    const information = await find(nearest, path, option);
    if (information?.isDirectory() === true) break;
    if (information !== undefined) throw cannot(path, `${nearest} is not a folder`, option);
    nearest = dirname(nearest);
  }
  const temporary = join(nearest, `.oddpixel-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
  try {
    await (await open(temporary, 'wx')).close();
  } catch (cause) {
    throw cannot(path, `${nearest} accepts no new files (${codeOf(cause)})`, option, cause);
  }
  await rm(temporary, { force: true });
}

async function find(
  path: string,
  named: string,
  option: string,
): Promise<Awaited<ReturnType<typeof stat>> | undefined> {
  try {
    return await stat(path);
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOENT') return undefined;
    const reasons: Record<string, string> = {
      ENOTDIR: 'a part of the path is a file',
      ENAMETOOLONG: 'the name is too long for the file system',
      EACCES: 'permission denied',
      ELOOP: 'it is a link that leads to itself',
    };
    throw cannot(named, reasons[code] ?? code, option, cause);
  }
}

async function followLinks(path: string, option: string): Promise<string> {
  let target = path;
  for (let links = 0; links < 40; links++) {
    const isLink = (await lstat(target).catch(() => undefined))?.isSymbolicLink() === true;
    if (!isLink) return target;
    const next = resolve(dirname(target), await readlink(target));
    // A link of /proc does not hold a path if it leads to a pipe.
    if ((await find(next, path, option)) === undefined && (await find(target, path, option)) !== undefined)
      return target;
    target = next;
  }
  throw cannot(path, 'it is a link that leads to itself', option);
}

function cannot(path: string, reason: string, option: string, cause?: unknown): FileError {
  return new FileError({ path, operation: 'write', reason, fix: `Give ${option} another path.` }, { cause });
}

function codeOf(cause: unknown): string {
  return String((cause as NodeJS.ErrnoException).code ?? cause);
}
