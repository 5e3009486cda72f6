/** How much memory decoding takes at most, of sound files and of hostile ones, each in a process of its own. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { referencePath, referenceTitle } from '@oddpixel/testing';
import { tiffFile } from '../../test/tiff-file.ts';

const child = fileURLToPath(new URL('../../test/decode-child.ts', import.meta.url));
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

/** Of up to three runs the least: when garbage is collected differs from run to run, what a file makes necessary does not. */
async function decode(file: Uint8Array, enough: number = 0): Promise<{ outcome: string; peak: number }> {
  const path = join(folder, 'image');
  await writeFile(path, file);
  let least = { outcome: '', peak: Infinity };
  for (let i = 0; i < 3 && least.peak > enough; i++) {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--conditions=@oddpixel/source', child, path, String(maxDecodedBytes)],
      { cwd: root },
    );
    const found = JSON.parse(stdout) as { outcome: string; peak: number };
    if (found.peak < least.peak) least = found;
  }
  return least;
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

/** The ordinary picture with chunks behind its header. */
function withChunks(...chunks: readonly Buffer[]): Buffer {
  const afterHeader = 33;
  return Buffer.concat([ordinary.subarray(0, afterHeader), ...chunks, ordinary.subarray(afterHeader)]);
}

test.each([
  ['zTXt', Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), zeros])],
  ['iTXt', Buffer.concat([Buffer.from('Comment\0\x01\0\0\0', 'latin1'), zeros])],
  ['iCCP', Buffer.concat([Buffer.from('profile\0\0', 'latin1'), zeros])],
])(
  'a PNG with twenty %s chunks that hold 800 MB is decoded without memory for them',
  async (type, content) => {
    const file = withChunks(...Array<Buffer>(20).fill(chunk(type, content)));
    const { outcome, peak } = await decode(file, usual + 3 * maxDecodedBytes);
    expect(outcome).toBe('4×2');
    expect(peak - usual).toBeLessThanOrEqual(3 * maxDecodedBytes);
  },
  120_000,
);

test('a PNG with a million empty texts is decoded in little more memory than the file', async () => {
  const file = withChunks(Buffer.concat(Array<Buffer>(1e6).fill(chunk('tEXt', Buffer.from('a\0')))));
  const { outcome, peak } = await decode(file, usual + 3 * maxDecodedBytes);
  expect(outcome).toBe('4×2');
  expect(peak - usual).toBeLessThan(64e6);
}, 120_000);

test('a PNG whose pixels inflate to 40 MB more than its size gets no memory for them', async () => {
  const header = ordinary.subarray(0, 33);
  const file = Buffer.concat([header, chunk('IDAT', zeros), chunk('IEND', Buffer.alloc(0))]);
  expect((await decode(file, usual + 3 * maxDecodedBytes)).peak - usual).toBeLessThanOrEqual(
    3 * maxDecodedBytes,
  );
}, 120_000);

test('a TIFF whose strip inflates to 40 MB more than its size gets no memory for them', async () => {
  const layout = { width: 4, height: 2, bits: 8, photometric: 1, channels: 1, compression: 8 };
  const plain = tiffFile(layout);
  const view = new DataView(plain.buffer);
  // The number of bytes of the only strip.
  for (let i = 0; i < view.getUint16(8, true); i++) {
    if (view.getUint16(10 + 12 * i, true) === 279) view.setUint32(10 + 12 * i + 8, zeros.length, true);
  }
  const file = Buffer.concat([plain.subarray(0, -8), zeros]);
  expect((await decode(file, usual + 3 * maxDecodedBytes)).peak - usual).toBeLessThanOrEqual(
    3 * maxDecodedBytes,
  );
}, 120_000);

test('a WebP with 12 MB of metadata is decoded in little more memory than the file', async () => {
  const file = await sharp(Buffer.alloc(24), { raw: { width: 4, height: 2, channels: 3 } })
    .withExif({ IFD0: { Copyright: 'nobody' } })
    .webp({ lossless: true })
    .toBuffer();
  const size = Buffer.alloc(4);
  size.writeUInt32LE(12e6);
  const whole = Buffer.concat([file, Buffer.from('XMP '), size, Buffer.alloc(12e6, 32)]);
  whole.writeUInt32LE(whole.length - 8, 4);
  const { outcome, peak } = await decode(whole, usual + 3 * maxDecodedBytes);
  expect(outcome).toBe('4×2');
  expect(peak - usual).toBeLessThan(64e6);
}, 120_000);

/** Times the bytes that are allowed; GIF and WebP are decoded to four bytes a pixel, and libwebp keeps three of them. */
const plainFormats: readonly (readonly [
  string,
  (image: Sharp) => Sharp,
  pixelBytes: number,
  times: number,
])[] = [
  ['PNG', (image) => image.png({ compressionLevel: 1 }), 3, 3],
  ['JPEG', (image) => image.jpeg({ chromaSubsampling: '4:4:4' }), 3, 3],
  ['progressive JPEG', (image) => image.jpeg({ progressive: true }), 3, 3],
  ['TIFF', (image) => image.tiff({ compression: 'deflate' }), 3, 3],
  ['GIF', (image) => image.gif({ effort: 1 }), 4, 3],
  ['WebP', (image) => image.webp({ effort: 0 }), 4, 4],
];
test.each(plainFormats)(
  'a %s at the size limit takes no more memory than promised, and a larger one is refused',
  async (_, write, pixelBytes, times) => {
    // Whole strips of 128 rows, as the TIFF has them.
    const [width, height] = [pixelBytes === 3 ? 1800 : 1350, 1536];
    const size = width * height * pixelBytes;
    expect(size).toBeGreaterThan(0.97 * maxDecodedBytes);
    expect(size).toBeLessThan(maxDecodedBytes);
    const noise = Uint8Array.from(
      { length: 3 * width * height },
      (_value, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24,
    );
    const file = await write(sharp(noise, { raw: { width, height, channels: 3 } })).toBuffer();
    const most = usual + file.length + times * maxDecodedBytes;
    const { outcome, peak } = await decode(file, most);
    expect(outcome).toBe(`${width}×${height}`);
    expect(peak).toBeLessThanOrEqual(most);
    const more = await write(
      sharp({ create: { width, height: height + 200, channels: 3, background: 'red' } }),
    );
    expect((await decode(await more.toBuffer(), most)).outcome).toBe('LimitExceededError');
  },
  120_000,
);

const bomb = referencePath('cases', 'hostile', 'images', 'png_ztxt_bomb.png');
test.skipIf(bomb === undefined)(
  referenceTitle('a PNG of 195 kB with a gigabyte of text', bomb),
  async () => {
    const { outcome, peak } = await decode(await readFile(bomb as string), usual + 3 * maxDecodedBytes);
    expect(outcome).toBe('8×8');
    expect(peak - usual).toBeLessThanOrEqual(3 * maxDecodedBytes);
  },
  120_000,
);
