/** What the operating system says when files cannot be had, in words with a way out. */
import type { Stats } from 'node:fs';
import { FileError } from '@oddpixel/contract';

const reasons: Readonly<Record<string, readonly [reason: string, fix: string]>> = {
  ENOENT: ['there is no such file or folder', 'Check the path.'],
  ENOTDIR: ['a part of the path is not a folder', 'Check the path.'],
  EEXIST: ['a part of the path is a file', 'Choose another path.'],
  EISDIR: ['it is a folder', 'Give the path of a file.'],
  ELOOP: ['its links lead in a circle', 'Check where the links point.'],
  ENAMETOOLONG: ['its name is longer than the file system allows', 'Choose a shorter name.'],
  ENXIO: ['it is a socket, or a pipe or device with nothing at its other end', 'Give the path of a file.'],
  ENODEV: ['it is a device that is not there', 'Give the path of a file.'],
  EACCES: ['permission denied', 'Check the permissions.'],
  EPERM: ['permission denied', 'Check the permissions.'],
  EROFS: ['the file system is read-only', 'Choose another folder.'],
  ENOSPC: ['the disk is full', 'Free some space or choose another disk.'],
  EDQUOT: ['the disk quota is used up', 'Free some space or choose another disk.'],
  EFBIG: ['the file would exceed the allowed size', 'Raise the limit on file sizes (ulimit -f).'],
  EMFILE: ['too many files are open', 'Raise the limit on open files (ulimit -n).'],
  EPIPE: ['nobody reads it any more', 'Check the program at the other end.'],
  EBUSY: ['it is in use, or mounted as a single file', 'Mount its folder, or choose another path.'],
  EIO: ['the disk reports an error', 'Check the disk.'],
};

export function fileError(path: string, operation: 'read' | 'write' | 'list', cause: unknown): FileError {
  if (cause instanceof FileError) return cause;
  const known = reasons[codeOf(cause) ?? ''];
  const message = cause instanceof Error ? cause.message : String(cause);
  const [reason, fix] = known ?? [message];
  return new FileError({ path, operation, reason, fix }, { cause });
}

/** Why something that is listed cannot be used, as part of a sentence. */
export function unusableReason(cause: unknown, isLink: boolean): string {
  const code = codeOf(cause) ?? '';
  if (code === 'ENOENT') return isLink ? 'it is a link that leads nowhere' : 'it was removed in the meantime';
  if (code === 'ELOOP') return 'it is a link that leads to itself';
  return reasons[code]?.[0] ?? (cause instanceof Error ? cause.message : String(cause));
}

export function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
}

/** What something is that is no regular file, as part of a sentence. */
export function kindOf(information: Stats): string {
  if (information.isDirectory()) return 'it is a folder';
  if (information.isFIFO()) return 'it is a pipe, not a file';
  if (information.isSocket()) return 'it is a socket, not a file';
  if (information.isCharacterDevice() || information.isBlockDevice()) return 'it is a device, not a file';
  return 'it is not a regular file';
}
