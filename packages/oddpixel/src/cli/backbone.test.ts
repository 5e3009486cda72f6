/** Backbones at web addresses, from a server of this test. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readBackbone } from '@oddpixel/backbones/node';
import { small } from '@oddpixel/backbones/small';
import { oddpixelWith, scratchFolder, writePicture, type Outcome } from '../../test/run-cli.ts';

let folder: string;
let bytes: Uint8Array;
let server: Server | undefined;

beforeAll(async () => {
  folder = await scratchFolder();
  bytes = await readBackbone(small);
  for (let i = 0; i < 4; i++) await writePicture(join(folder, 'parts/train/good', `${i}.png`), i);
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(stop);

/** Starts a server and returns the address of a file there. */
async function answering(answer: RequestListener): Promise<string> {
  const started = createServer(answer);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/published.onnx`;
}

async function stop(): Promise<void> {
  const stopped = server;
  server = undefined;
  stopped?.closeAllConnections();
  await new Promise((resolve) => (stopped === undefined ? resolve(0) : stopped.close(resolve)));
}

interface Training {
  readonly cache: string;
  readonly out?: string;
  readonly signal?: AbortSignal;
}

function train(backbone: string, { cache, out = 'model.onnx', signal }: Training): Promise<Outcome> {
  const env = { ODDPIXEL_CACHE: join(folder, cache) };
  const options = ['--size', '96x64', '--rows', '50', '--device', 'cpu', '--backbone', backbone];
  const data = join(folder, 'parts');
  return oddpixelWith({ env, signal }, 'train', data, '--out', join(folder, out), ...options);
}

const kept = (cache: string): Promise<string[]> => readdir(join(folder, cache, 'backbones')).catch(() => []);

describe('train --backbone URL#sha256=HEX', { timeout: 60_000 }, () => {
  test('downloads once; training again needs no network and gives the same model', async () => {
    const url = `${await answering((_request, response) => response.end(bytes))}#sha256=${small.sha256}`;
    const first = await train(url, { cache: 'once', out: 'first.onnx' });
    const path = join(folder, 'once/backbones', `${small.sha256}.onnx`);
    expect([first.code, first.stderr]).toEqual([0, expect.stringContaining(`kept as ${path}`)]);
    await stop();
    const second = await train(url, { cache: 'once', out: 'second.onnx' });
    expect([second.code, second.stderr]).toEqual([0, expect.not.stringMatching(/download|warning/)]);
    const [a, b] = await Promise.all(
      ['first', 'second'].map((name) => readFile(join(folder, `${name}.onnx`))),
    );
    expect(a?.equals(b as Buffer)).toBe(true);
    expect(await kept('once')).toEqual([`${small.sha256}.onnx`]);
  });

  test('without a network, the error names the place for the file and the option that takes one', async () => {
    const url = await answering(() => undefined);
    await stop();
    const { code, stderr } = await train(`${url}#sha256=${small.sha256}`, { cache: 'offline' });
    const path = join(folder, 'offline/backbones', `${small.sha256}.onnx`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: Cannot load http:.*published\.onnx: .*ECONNREFUSED/);
    expect(stderr).toContain(`put it at ${path}\n`);
    expect(stderr).toContain('--backbone FILE');
  });

  test('refuses a file with another SHA-256 and keeps nothing', async () => {
    const url = await answering((_request, response) => response.end('something else'));
    const { code, stderr } = await train(`${url}#sha256=${small.sha256}`, { cache: 'other' });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/expected SHA-256 \w{64}, received \w{64} \(14/),
    ]);
    expect(await kept('other')).toEqual([]);
  });

  test('without the hash is wrong usage, exit code 2', async () => {
    const asked: unknown[] = [];
    const url = await answering((request) => asked.push(request.url));
    for (const fragment of ['', '#sha256=12', '#md5=12']) {
      const { code, stderr } = await train(url + fragment, { cache: 'none' });
      expect([code, stderr]).toEqual([2, expect.stringContaining('give a web address as URL#sha256=HEX')]);
    }
    expect(asked).toEqual([]);
  });

  test('leaves nothing behind after Ctrl-C half-way', async () => {
    const interrupt = new AbortController();
    const url = await answering((_request, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 1000), () => interrupt.abort());
    });
    await mkdir(join(folder, 'interrupted/backbones'), { recursive: true });
    const pinned = `${url}#sha256=${small.sha256}`;
    const { code, stderr } = await train(pinned, { cache: 'interrupted', signal: interrupt.signal });
    expect([code, stderr]).toEqual([
      130,
      'Stopping after the current step; press Ctrl-C again to stop at once.\nInterrupted; nothing was left half-written.\n',
    ]);
    expect(await kept('interrupted')).toEqual([]);
  });
});
