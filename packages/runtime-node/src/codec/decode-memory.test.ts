/** Small files that hold much more than their pixels, each decoded in a process of its own. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { referencePath, referenceTitle } from '@oddpixel/testing';

const child = fileURLToPath(new URL('testing/decode-child.ts', import.meta.url));
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const maxDecodedBytes = 8 * 1024 * 1024;

let folder: string;
let ordinary: Buffer;
let usual: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oddpixel-decode-'));
  const pixels = Buffer.from(Array.from({ length: 24 }, (_, i) => i * 10));
  ordinary = await sharp(pixels, { raw: { width: 4, height: 2, channels: 3 } })
    .png()
    .toBuffer();
  usual = (await decode(ordinary)).peak;
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

async function decode(file: Uint8Array): Promise<{ outcome: string; peak: number }> {
  const path = join(folder, 'image');
  await writeFile(path, file);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--conditions=@oddpixel/source', child, path, String(maxDecodedBytes)],
    { cwd: root },
  );
  return JSON.parse(stdout) as { outcome: string; peak: number };
}

function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** 40 MB of nothing. */
const zeros = deflateSync(Buffer.alloc(40_000_000), { level: 9 });
const afterHeader = 33;

test.each([
  ['zTXt', Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), zeros])],
  ['iTXt', Buffer.concat([Buffer.from('Comment\0\x01\0\0\0', 'latin1'), zeros])],
  ['iCCP', Buffer.concat([Buffer.from('profile\0\0', 'latin1'), zeros])],
])(
  'a PNG with ten %s chunks that hold 400 MB: its pixels, and no memory for the rest',
  async (type, content) => {
    const bombs = Array<Buffer>(10).fill(chunk(type, content));
    const file = Buffer.concat([ordinary.subarray(0, afterHeader), ...bombs, ordinary.subarray(afterHeader)]);
    const { outcome, peak } = await decode(file);
    expect(outcome).toBe('4×2');
    expect(peak - usual).toBeLessThanOrEqual(3 * maxDecodedBytes);
  },
  120_000,
);

const bomb = referencePath('cases', 'hostile', 'images', 'png_ztxt_bomb.png');
test.skipIf(bomb === undefined)(
  referenceTitle('a PNG of 195 kB with a gigabyte of text', bomb),
  async () => {
    const { outcome, peak } = await decode(await readFile(bomb as string));
    expect(outcome).toBe('8×8');
    expect(peak - usual).toBeLessThanOrEqual(3 * maxDecodedBytes);
  },
  120_000,
);
