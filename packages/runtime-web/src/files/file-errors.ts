/** What browsers say when files cannot be had, in words with a way out. */
import { FileError } from '@oddpixel/contract';

/** By the names of DOMExceptions. */
const reasons: Readonly<Record<string, readonly [reason: string, fix: string]>> = {
  NotFoundError: ['there is no such file or folder', 'Check the path; it may have been moved since.'],
  TypeMismatchError: [
    'a folder was expected and a file was found, or the other way round',
    'Check the path.',
  ],
  NotAllowedError: ['permission denied', 'Let this page read the folder.'],
  NotReadableError: ['it cannot be read, or was changed since it was chosen', 'Choose it again.'],
  QuotaExceededError: [
    "the browser's room for this site is used up",
    'Delete something, or free some disk space.',
  ],
  SecurityError: [
    'this browser gives this page no files',
    'Load the page by https, outside private windows.',
  ],
};

export function fileError(path: string, operation: 'read' | 'write' | 'list', cause: unknown): FileError {
  const known = reasons[cause instanceof Error ? cause.name : ''];
  const message = cause instanceof Error ? cause.message : String(cause);
  const [reason, fix] = known ?? [message];
  return new FileError({ path, operation, reason, fix }, { cause });
}
