/** Reading files and streams of anybody: what is no file is refused, and so is what is too large, before it is read. */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { FileError, LimitExceededError, type ReadOptions } from '@oddpixel/contract';
import { fileError, kindOf } from './file-errors.ts';

export interface ReadFileOptions extends ReadOptions {
  /** Named in errors. Default: the path. */
  readonly name?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** 2 GiB − 1, beyond which no model file can be. */
const defaultMaxBytes: number = 2 ** 31 - 1;

/**
 * Reads a regular file whose size is at most `maxBytes` (default: `defaultMaxBytes`). Pipes, devices and folders are
 * refused without waiting for them. The size is checked before anything is read. A file that grows meanwhile gives
 * the bytes that it had at first.
 *
 * @throws FileError, LimitExceededError
 */
export async function readFileBounded(path: string, options: ReadFileOptions = {}): Promise<Uint8Array> {
  const { name = path, maxBytes = defaultMaxBytes, signal } = options;
  signal?.throwIfAborted();
  try {
    // Without O_NONBLOCK a pipe would be waited for until somebody writes to it.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const information = await file.stat();
      if (!information.isFile()) throw notAFile(name, kindOf(information));
      if (information.size > maxBytes) throw tooLarge(name, information.size, options);
      // Files of /proc have content, but no size.
      return information.size === 0
        ? await readUnsized(file, name, options)
        : await readExactly(file, information.size, name, signal);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (signal?.aborted === true) throw signal.reason;
    if (cause instanceof LimitExceededError) throw cause;
    throw fileError(name, 'read', cause);
  }
}

/** What one call reads at most: an abort is noticed in between. */
const partBytes = 64 * 2 ** 20;

async function readExactly(
  file: FileHandle,
  sizeBytes: number,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const bytes = allocate(sizeBytes, name);
  let done = 0;
  while (done < sizeBytes) {
    signal?.throwIfAborted();
    const length = Math.min(partBytes, sizeBytes - done);
    const { bytesRead } = await file.read(bytes, done, length, null);
    if (bytesRead === 0) {
      throw new FileError({
        path: name,
        operation: 'read',
        reason: `it became shorter while it was read: ${done} of ${sizeBytes} bytes`,
        fix: 'Try again when it is complete.',
      });
    }
    done += bytesRead;
  }
  return bytes;
}

async function readUnsized(file: FileHandle, name: string, options: ReadFileOptions): Promise<Uint8Array> {
  async function* parts(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const part = new Uint8Array(64 * 1024);
      const { bytesRead } = await file.read(part, 0, part.length, null);
      if (bytesRead === 0) return;
      yield part.subarray(0, bytesRead);
    }
  }
  return readStreamBounded(parts(), { ...options, name });
}

/**
 * Reads a stream to its end, for example standard input. It is given up as soon as more than `maxBytes` have come.
 *
 * @throws FileError, LimitExceededError
 */
export async function readStreamBounded(
  stream: AsyncIterable<Uint8Array>,
  options: ReadFileOptions = {},
): Promise<Uint8Array> {
  const { name = 'standard input', maxBytes = defaultMaxBytes, signal } = options;
  signal?.throwIfAborted();
  const parts: Uint8Array[] = [];
  let length = 0;
  const iterator = stream[Symbol.asyncIterator]();
  const aborted = abortOf(signal);
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted.promise]);
      if (next.done === true) break;
      length += next.value.length;
      if (length > maxBytes) throw tooLarge(name, length, options);
      parts.push(next.value);
    }
  } catch (cause) {
    // Not awaited: a stream that is waiting for bytes ends only when they come.
    iterator.return?.().catch(() => {});
    if (signal?.aborted === true) throw signal.reason;
    if (cause instanceof LimitExceededError) throw cause;
    throw fileError(name, 'read', cause);
  } finally {
    aborted.forget();
  }
  const bytes = allocate(length, name);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** A promise that rejects when the signal does, so that nothing waits for a silent stream. */
function abortOf(signal: AbortSignal | undefined): { promise: Promise<never>; forget(): void } {
  let onAbort = (): void => {};
  const promise = new Promise<never>((_resolve, reject) => {
    onAbort = (): void => reject(signal?.reason);
  });
  promise.catch(() => {});
  signal?.addEventListener('abort', onAbort, { once: true });
  return { promise, forget: () => signal?.removeEventListener('abort', onAbort) };
}

function allocate(sizeBytes: number, name: string): Uint8Array {
  try {
    return new Uint8Array(sizeBytes);
  } catch (cause) {
    throw new FileError(
      {
        path: name,
        operation: 'read',
        reason: `there is not enough memory for its ${sizeBytes} bytes`,
        fix: 'Use a smaller file.',
      },
      { cause },
    );
  }
}

function notAFile(path: string, reason: string): FileError {
  return new FileError({ path, operation: 'read', reason, fix: 'Give the path of a file.' });
}

function tooLarge(
  what: string,
  received: number,
  { maxBytes = defaultMaxBytes, limitName = 'maxBytes' }: ReadOptions,
): LimitExceededError {
  return new LimitExceededError({
    what,
    limit: maxBytes,
    received,
    unit: 'bytes',
    fix: `Raise \`${limitName}\` if the file is trusted.`,
  });
}
