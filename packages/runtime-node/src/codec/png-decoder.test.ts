/** The PNG decoder against sharp, over files of every kind that a writer of our own makes. */
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { ImageFormatError, LimitExceededError, type DecodeOptions, type Raster } from '@oddpixel/contract';
import { decodePng } from '@oddpixel/images';
import { sharpCodec } from './sharp-codec.ts';

const codec = sharpCodec();
const limits = { maxFileBytes: 1e8, maxPixels: 1e6 };
const decode = (bytes: Uint8Array, options?: DecodeOptions): Promise<Raster> =>
  decodePng(bytes, limits, options);

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colorType: number;
  readonly isInterlaced: boolean;
  /** Any numbers: values, colours and filters are taken from them in turn. */
  readonly noise: readonly number[];
  readonly hasTransparency: boolean;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const file = Buffer.alloc(body.length + 8);
  file.writeUInt32BE(data.length);
  body.copy(file, 4);
  file.writeUInt32BE(crc32(body), body.length + 4);
  return file;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

function header({ width, height, depth, colorType, isInterlaced }: Omit<Picture, 'noise'>): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width);
  data.writeUInt32BE(height, 4);
  data.set([depth, colorType, 0, 0, isInterlaced ? 1 : 0], 8);
  return chunk('IHDR', data);
}

/** The file of a picture. Filtered bytes are noise themselves: whatever they undo to is a picture. */
function png(picture: Picture, extra: readonly Buffer[] = [], level = 1): Buffer {
  const { width, height, depth, colorType, isInterlaced, noise, hasTransparency } = picture;
  let at = 0;
  const next = (): number => noise[at++ % noise.length] as number;
  const channels = channelsOf[colorType] as number;
  const paletteSize = colorType === 3 ? 1 << depth : 0;
  const parts: Buffer[] = [];
  if (colorType === 3)
    parts.push(
      chunk(
        'PLTE',
        Uint8Array.from({ length: 3 * paletteSize }, () => next()),
      ),
    );
  if (hasTransparency && colorType === 3) {
    parts.push(
      chunk(
        'tRNS',
        Uint8Array.from({ length: Math.ceil(paletteSize / 2) }, () => next()),
      ),
    );
  }
  if (hasTransparency && (colorType === 0 || colorType === 2)) {
    const largest = 2 ** depth - 1;
    const hidden = Buffer.alloc(2 * channels);
    for (let c = 0; c < channels; c++) hidden.writeUInt16BE(next() % 3 === 0 ? largest : 0, 2 * c);
    parts.push(chunk('tRNS', hidden));
  }
  const rows: number[] = [];
  const passes = isInterlaced
    ? [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2],
      ]
    : [[0, 0, 1, 1]];
  for (const [left = 0, top = 0, stepX = 1, stepY = 1] of passes) {
    const columns = Math.ceil((width - left) / stepX);
    if (columns <= 0) continue;
    for (let y = top; y < height; y += stepY) {
      rows.push(next() % 5);
      const bytes = Math.ceil((columns * channels * depth) / 8);
      // Many zeros and ones, so that transparent colours are hit.
      for (let i = 0; i < bytes; i++) rows.push(next() % 4 === 0 ? next() : next() % 2 === 0 ? 0 : 255);
    }
  }
  const data = deflateSync(Uint8Array.from(rows), { level });
  const cut = next() % data.length;
  return Buffer.concat([
    signature,
    header(picture),
    ...extra,
    ...parts,
    chunk('IDAT', data.subarray(0, cut)),
    chunk('IDAT', data.subarray(cut)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

const kinds = [
  ...[1, 2, 4, 8, 16].map((depth) => [0, depth] as const),
  ...[1, 2, 4, 8].map((depth) => [3, depth] as const),
  ...[2, 4, 6].flatMap((colorType) => [8, 16].map((depth) => [colorType, depth] as const)),
];

const noise = fc.array(fc.nat(255), { minLength: 97, maxLength: 401 });
const plain: Picture = {
  width: 13,
  height: 7,
  depth: 8,
  colorType: 2,
  isInterlaced: false,
  hasTransparency: false,
  noise: Array.from({ length: 300 }, (_, i) => (i * 73) % 256),
};

describe('the same raster as sharp', () => {
  test.each(kinds)('color type %i with %i bits', async (colorType, depth) => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          width: fc.integer({ min: 1, max: 19 }),
          height: fc.integer({ min: 1, max: 11 }),
          depth: fc.constant(depth),
          colorType: fc.constant(colorType),
          isInterlaced: fc.boolean(),
          hasTransparency: fc.boolean(),
          noise,
        }),
        async (picture) => {
          const file = png(picture);
          const ours = await decode(file);
          const theirs = await codec.decode(file);
          expect({ ...ours, data: Array.from(ours.data) }).toEqual({
            ...theirs,
            data: Array.from(theirs.data),
          });
          expect(ours.data.constructor).toBe(theirs.data.constructor);
        },
      ),
      { numRuns: 25 },
    );
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i', async (orientation) => {
    const data = Uint8Array.from({ length: 13 * 7 * 3 }, (_, i) => (i * 31) % 256);
    const file = await sharp(data, { raw: { width: 13, height: 7, channels: 3 } })
      .png()
      .withMetadata({ orientation })
      .toBuffer();
    expect(await decode(file)).toEqual(await codec.decode(file));
  });

  test('a colour profile is ignored with the same warning', async () => {
    const file = await sharp({ create: { width: 5, height: 3, channels: 3, background: '#123456' } })
      .png()
      .withIccProfile('p3')
      .toBuffer();
    const warnings: [string[], string[]] = [[], []];
    const ours = await decode(file, { onWarning: (warning) => warnings[0].push(warning) });
    const theirs = await codec.decode(file, { onWarning: (warning) => warnings[1].push(warning) });
    expect(ours).toEqual(theirs);
    expect(warnings[0]).toEqual(warnings[1]);
    expect(warnings[0]).toHaveLength(1);
  });

  test('chunks that only describe the image may be damaged or unknown', async () => {
    const damaged = chunk('tEXt', Buffer.from('Author\0nobody'));
    damaged[damaged.length - 1] = (damaged[damaged.length - 1] as number) ^ 1;
    const gamma = chunk('gAMA', Buffer.from([0, 0, 177, 143]));
    const file = png(plain, [damaged, gamma, chunk('abCd', Buffer.alloc(3))]);
    expect(await decode(file)).toEqual(await codec.decode(file));
  });
});

describe('files that are refused', () => {
  const file = png(plain);
  /** Where the first IDAT starts. */
  const idat = file.indexOf('IDAT') - 4;

  test('a file truncated anywhere', async () => {
    for (let length = signature.length; length < file.length; length += 3) {
      await expect(decode(file.subarray(0, length))).rejects.toThrow(ImageFormatError);
    }
  });

  test('a file with any bit flipped in a chunk that the image needs', async () => {
    for (let at = signature.length; at < file.length; at += 5) {
      const flipped = Buffer.from(file);
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
      await expect(decode(flipped), `byte ${at}`).rejects.toThrow(ImageFormatError);
    }
  });

  test.each([
    ['no palette', png({ ...plain, colorType: 3, depth: 4 }), 'PLTE'],
    ['no pixels', file, 'IDAT'],
  ])('%s', async (_, whole, type) => {
    let rest = whole;
    for (let at = rest.indexOf(type); at > 0; at = rest.indexOf(type)) {
      const length = rest.readUInt32BE(at - 4);
      rest = Buffer.concat([rest.subarray(0, at - 4), rest.subarray(at + 8 + length)]);
    }
    await expect(decode(rest)).rejects.toThrow(ImageFormatError);
  });

  test.each([
    ['a depth that the color type has not', { depth: 4 }],
    ['an unknown color type', { colorType: 5 }],
    ['no width', { width: 0 }],
  ])('%s', async (_, change) => {
    const changed = Buffer.concat([signature, header({ ...plain, ...change }), file.subarray(idat)]);
    await expect(decode(changed)).rejects.toThrow(ImageFormatError);
  });

  test('a size beyond the limit, from the header alone', async () => {
    const giant = Buffer.concat([signature, header({ ...plain, width: 4e9, height: 4e9 })]);
    await expect(decode(giant, { fileName: 'giant.png' })).rejects.toThrow(LimitExceededError);
    await expect(decode(giant, { fileName: 'giant.png' })).rejects.toThrow(/giant\.png/);
  });

  test('a stream that inflates to more than its size, before it is inflated', async () => {
    const bomb = deflateSync(Buffer.alloc(300e6));
    const file = Buffer.concat([
      signature,
      header(plain),
      chunk('IDAT', bomb),
      chunk('IEND', new Uint8Array(0)),
    ]);
    const before = process.memoryUsage().rss;
    await expect(decode(file)).rejects.toThrow(/more than the 280 bytes/);
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
  });
});
