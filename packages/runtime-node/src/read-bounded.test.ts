import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FileError, LimitExceededError } from '@oddpixel/contract';
import { diskStore, nodeFileSource, readFileBounded } from './index.ts';
import { readStreamBounded } from './read-bounded.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oddpixel-read-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const isPosix = process.platform !== 'win32';

async function sparseFile(name: string, sizeBytes: number): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, 'x');
  await truncate(path, sizeBytes);
  return path;
}

describe('readFileBounded', () => {
  test('reads a complete file, even an empty one', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
    await writeFile(join(folder, 'whole'), bytes);
    expect(await readFileBounded(join(folder, 'whole'))).toEqual(bytes);
    expect(await readFileBounded(join(folder, 'whole'), { maxBytes: bytes.length })).toEqual(bytes);
    await writeFile(join(folder, 'empty'), '');
    expect(await readFileBounded(join(folder, 'empty'))).toEqual(new Uint8Array(0));
  });

  test('a file beyond the limit is refused by its size, and the message names file, limit and option', async () => {
    const path = await sparseFile('large', 1_900_000_000);
    const before = process.memoryUsage.rss();
    const error: unknown = await readFileBounded(path, { maxBytes: 1000, limitName: '--max-size' }).catch(
      (reason: unknown) => reason,
    );
    expect(process.memoryUsage.rss() - before).toBeLessThan(50e6);
    expect(error).toBeInstanceOf(LimitExceededError);
    expect(String(error)).toContain(
      `${path} has 1900000000 bytes; the limit is 1000. Raise \`--max-size\` if the file is trusted.`,
    );
  });

  test('a file of more than 2 GiB is a typed error without an option', async () => {
    const path = await sparseFile('huge', 2 ** 31);
    await expect(readFileBounded(path)).rejects.toThrow(LimitExceededError);
    await expect(diskStore(folder).get('huge')).rejects.toThrow(LimitExceededError);
    await expect(nodeFileSource(folder).read('huge')).rejects.toThrow(/limit is 268435456/);
  });

  test('a missing file or a folder is named', async () => {
    await mkdir(join(folder, 'a-folder'));
    await expect(readFileBounded(join(folder, 'none'))).rejects.toThrow(/none: there is no such file/);
    await expect(readFileBounded(join(folder, 'a-folder'))).rejects.toThrow(/a-folder: it is a folder/);
  });

  test.runIf(isPosix)('pipes, devices and sockets are refused at once', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(readFileBounded(pipe)).rejects.toThrow(/pipe: it is a pipe, not a file/);
    await expect(nodeFileSource(folder).read('pipe')).rejects.toThrow(FileError);
    await expect(diskStore(folder).get('pipe')).rejects.toThrow(FileError);
    await expect(readFileBounded('/dev/zero')).rejects.toThrow(/\/dev\/zero: it is a device, not a file/);
    const socket = join(folder, 'socket');
    const server = createServer();
    await new Promise<void>((listening) => server.listen(socket, listening));
    await expect(readFileBounded(socket)).rejects.toThrow(/socket: it is a socket/);
    await new Promise((closed) => server.close(closed));
  });

  test.runIf(process.platform === 'linux')(
    'files of /proc, which state no size, are read up to the limit',
    async () => {
      expect((await readFileBounded('/proc/self/status')).length).toBeGreaterThan(100);
      await expect(readFileBounded('/proc/self/status', { maxBytes: 10 })).rejects.toThrow(
        LimitExceededError,
      );
    },
  );

  test('a file that grows while it is read gives the bytes that it had at first', async () => {
    const path = join(folder, 'log');
    await writeFile(path, 'a'.repeat(1000));
    const reading = readFileBounded(path, { maxBytes: 1_000_000 });
    for (let i = 0; i < 20; i++) await appendFile(path, 'b'.repeat(1000));
    const length = (await reading).length;
    expect(length % 1000).toBe(0);
    expect(length).toBeLessThanOrEqual(21_000);
  });

  test('an abort ends it with the reason of the signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(readFileBounded(join(folder, 'whole'), { signal })).rejects.toThrow('enough');
  });
});

describe('readStreamBounded', () => {
  test('joins the chunks', async () => {
    async function* parts(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(1, 2);
      yield new Uint8Array(0);
      yield Uint8Array.of(3);
    }
    expect(await readStreamBounded(parts())).toEqual(Uint8Array.of(1, 2, 3));
  });

  test('an endless stream is abandoned at the limit', async () => {
    const state = { closed: false };
    async function* zeros(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(1000);
      } finally {
        state.closed = true;
      }
    }
    await expect(readStreamBounded(zeros(), { maxBytes: 5000, name: 'the input' })).rejects.toThrow(
      /the input has 6000 bytes; the limit is 5000/,
    );
    expect(state.closed).toBe(true);
  });

  test('a silent stream does not delay an abort', async () => {
    const stop = new AbortController();
    const reading = readStreamBounded(new PassThrough(), { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });

  test('an error of the stream becomes a FileError that names it', async () => {
    const stream = new PassThrough();
    const reading = readStreamBounded(stream, { name: 'the input' });
    stream.destroy(new Error('cut off'));
    await expect(reading).rejects.toThrow(/Cannot read the input: cut off/);
  });
});
