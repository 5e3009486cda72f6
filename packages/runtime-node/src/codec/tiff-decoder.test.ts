/** The reader of ordinary TIFF files against sharp. */
import { readFile } from 'node:fs/promises';
import sharp, { type Sharp, type TiffOptions } from 'sharp';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ImageFormatError, LimitExceededError, type Raster } from '@oddpixel/contract';
import { referencePath, referenceTitle } from '@oddpixel/testing';
import { decodeTiff } from '@oddpixel/images';
import { sharpCodec } from './sharp-codec.ts';
import { tiffFile } from '../../test/tiff-file.ts';

const codec = sharpCodec();
const limits = { maxFileBytes: 1e8, maxPixels: 1e6 };

/** Sharp's raster and ours, as plain numbers. */
async function both(file: Uint8Array): Promise<readonly [Plain, Plain]> {
  return [plain(await decodeTiff(file, limits)), plain(await codec.decode(file))];
}
type Plain = Omit<Raster, 'data'> & { readonly data: number[]; readonly type: string };
function plain(raster: Raster): Plain {
  return { ...raster, data: Array.from(raster.data), type: raster.data.constructor.name };
}

/** The values of an uncompressed file of one strip, which ends it. */
function valuesOf(file: Uint8Array, bits: number): Uint8Array | Uint16Array {
  const view = new DataView(file.buffer);
  const entry = Array.from({ length: view.getUint16(8, true) }, (_, i) => 10 + 12 * i).find(
    (at) => view.getUint16(at, true) === 273,
  ) as number;
  const values = file.slice(view.getUint32(entry + 8, true));
  return bits === 8 ? values : new Uint16Array(values.buffer);
}

const size = fc.record({ width: fc.integer({ min: 1, max: 21 }), height: fc.integer({ min: 1, max: 13 }) });
const noise = (count: number, largest: number): number[] =>
  Array.from({ length: count }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 8) % (largest + 1));

describe('the same raster as sharp', () => {
  const compressions: readonly TiffOptions[] = [
    { compression: 'none' },
    { compression: 'lzw', predictor: 'horizontal' },
    { compression: 'deflate' },
    { compression: 'packbits' },
    { compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16, predictor: 'none' },
  ];
  test.each(compressions.flatMap((options) => [1, 2, 3, 4].map((channels) => ({ channels, options }))))(
    '$channels channels, $options',
    async ({ channels, options }) => {
      await fc.assert(
        fc.asyncProperty(size, fc.boolean(), async ({ width, height }, isDeep) => {
          const values = noise(width * height * channels, isDeep ? 65_535 : 255);
          const image: Sharp = sharp(isDeep ? Uint16Array.from(values) : Uint8Array.from(values), {
            raw: { width, height, channels: channels as 1 },
          });
          const space = channels < 3 ? (isDeep ? 'grey16' : 'b-w') : isDeep ? 'rgb16' : 'srgb';
          const file = await image.toColourspace(space).tiff(options).toBuffer();
          const [ours, theirs] = await both(file);
          expect(ours).toEqual(theirs);
          expect(ours.data).toEqual(values);
        }),
        { numRuns: 6 },
      );
    },
  );

  test.each([
    ...[1, 2, 4, 8, 16].flatMap((bits) => [
      ['white is zero', bits, 0, 1] as const,
      ['black is zero', bits, 1, 1] as const,
    ]),
    ...[1, 2, 4, 8].map((bits) => ['palette', bits, 3, 1] as const),
    ['gray and alpha', 8, 1, 2],
    ['white is zero and alpha', 8, 0, 2],
    ['gray and alpha', 16, 1, 2],
    ['CMYK', 8, 5, 4],
    ['CMYK and a fifth value', 8, 5, 5],
  ] as const)('%s, %i bits', async (_, bits, photometric, channels) => {
    for (const isLittle of [true, false]) {
      const file = tiffFile({ width: 13, height: 5, bits, photometric, channels, isLittle });
      const [ours, theirs] = await both(file);
      expect(ours).toEqual(theirs);
    }
  });

  test.each([1, 2])('alpha of kind %i', async (extra) => {
    for (const bits of [8, 16]) {
      const file = tiffFile({ width: 13, height: 5, bits, photometric: 2, channels: 4, extra });
      const [ours, theirs] = await both(file);
      expect(ours).toEqual(theirs);
    }
  });

  test.each([
    ['RGB and a band that nobody said is alpha', 2, 4],
    ['gray and a band that nobody said is alpha', 1, 2],
    ['four bands', 1, 4],
  ] as const)(
    '%s: all bands, and no alpha unless it is opaque everywhere',
    async (_, photometric, channels) => {
      for (const bits of [8, 16]) {
        const file = tiffFile({ width: 13, height: 5, bits, photometric, channels, extra: 0 });
        const [ours, theirs] = await both(file);
        expect(ours).toEqual(theirs);
        const data = Array.from(valuesOf(file, bits));
        expect(ours).toMatchObject({ channels, hasAlpha: false, data });
        const opaque = Uint8Array.from(file);
        const [start, bytes] = [file.length - (13 * 5 * channels * bits) / 8, bits / 8];
        for (let i = channels - 1; i < 13 * 5 * channels; i += channels) {
          opaque.fill(255, start + i * bytes, start + (i + 1) * bytes);
        }
        const [oursNow, theirsNow] = await both(opaque);
        expect(oursNow).toEqual(theirsNow);
        expect(oursNow).toMatchObject({ channels, hasAlpha: photometric === 2 || channels === 2 });
      }
    },
  );

  test('CMYK is not read as an image of four bands', async () => {
    const file = tiffFile({ width: 13, height: 5, bits: 8, photometric: 5, channels: 4 });
    for (const raster of await both(file)) expect(raster).toMatchObject({ channels: 3 });
  });

  test.each(['lzw', 'deflate', 'packbits'] as const)('%s of a larger image', async (compression) => {
    const [width, height] = [211, 157];
    const pictures = [
      noise(width * height * 3, 255),
      Array.from({ length: width * height * 3 }, (_, i) => (Math.floor(i / 40) * 3) % 256),
      Array<number>(width * height * 3).fill(77),
    ];
    for (const values of pictures) {
      for (const predictor of ['none', 'horizontal'] as const) {
        const file = await sharp(Uint8Array.from(values), { raw: { width, height, channels: 3 } })
          .tiff({ compression, predictor })
          .toBuffer();
        expect((await decodeTiff(file, limits)).data).toEqual(Uint8Array.from(values));
      }
    }
  });

  test('many strips, in both byte orders', async () => {
    for (const isLittle of [true, false]) {
      const [ours, theirs] = await both(
        tiffFile({ width: 3, height: 401, bits: 8, photometric: 2, channels: 3, isLittle, rowsPerStrip: 2 }),
      );
      expect(ours).toEqual(theirs);
    }
  });

  test('a gray palette', async () => {
    const [ours, theirs] = await both(
      tiffFile({ width: 13, height: 5, bits: 4, photometric: 3, channels: 1, isGrayPalette: true }),
    );
    expect(ours).toEqual(theirs);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i', async (orientation) => {
    const [ours, theirs] = await both(
      tiffFile({ width: 13, height: 5, bits: 8, photometric: 2, channels: 3, orientation }),
    );
    expect(ours).toEqual(theirs);
  });

  test('JPEG inside, within its rounding', async () => {
    const data = Uint8Array.from({ length: 29 * 19 * 3 }, (_, i) => 40 + 4 * (i % 3) + (i % 150));
    const file = await sharp(data, { raw: { width: 29, height: 19, channels: 3 } })
      .tiff({ compression: 'jpeg', quality: 95 })
      .toBuffer();
    const [ours, theirs] = await both(file);
    expect({ ...ours, data: [] }).toEqual({ ...theirs, data: [] });
    const worst = ours.data.reduce((w, v, i) => Math.max(w, Math.abs(v - (theirs.data[i] as number))), 0);
    expect(worst).toBeLessThanOrEqual(1);
  });

  test('a colour profile is ignored with the same warning', async () => {
    const file = await sharp({ create: { width: 5, height: 3, channels: 3, background: '#123456' } })
      .tiff({ compression: 'lzw' })
      .withIccProfile('p3')
      .toBuffer();
    const warnings: [string[], string[]] = [[], []];
    await decodeTiff(file, limits, { onWarning: (warning) => warnings[0].push(warning) });
    await codec.decode(file, { onWarning: (warning) => warnings[1].push(warning) });
    expect(warnings[0]).toEqual(warnings[1]);
    expect(warnings[0]).toHaveLength(1);
  });
});

describe('files that are refused', () => {
  const layout = { width: 13, height: 5, bits: 8, photometric: 2, channels: 3 };

  test.each(['none', 'lzw', 'deflate', 'packbits', 'jpeg'] as const)(
    'a file truncated anywhere, %s',
    async (compression) => {
      const data = Uint8Array.from(noise(13 * 17 * 3, 255));
      const file = await sharp(data, { raw: { width: 13, height: 17, channels: 3 } })
        .tiff({ compression })
        .toBuffer();
      for (let length = 4; length < file.length - 1; length += 7) {
        await expect(decodeTiff(file.subarray(0, length), limits), `${length}`).rejects.toThrow(
          ImageFormatError,
        );
      }
    },
  );

  test.each([
    ['Lab colours', { photometric: 8 }],
    ['YCbCr without JPEG', { photometric: 6 }],
    ['16-bit CMYK', { photometric: 5, channels: 4, bits: 16 }],
    ['gray with two more channels', { photometric: 1, channels: 3 }],
    ['pixels that lie behind the end', { offset: 1e6 }],
    ['a fax', { compression: 4 }],
    ['a palette that claims gigabytes', { photometric: 3, channels: 1, claimedColors: 3e9 }],
  ])('%s', async (_, change) => {
    await expect(decodeTiff(tiffFile({ ...layout, ...change }), limits)).rejects.toThrow(ImageFormatError);
  });

  test.each(['lzw', 'deflate', 'packbits', 'none', 'jpeg'] as const)(
    'damaged bytes, %s, give an error or an image, and never hang',
    async (compression) => {
      const data = Uint8Array.from(noise(13 * 17 * 3, 255));
      const file = await sharp(data, { raw: { width: 13, height: 17, channels: 3 } })
        .tiff({ compression })
        .toBuffer();
      const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
          const damaged = Uint8Array.from(file);
          for (const [at, value] of changes) damaged[at] = value;
          const result = await decodeTiff(damaged, limits).catch((error: unknown) => error);
          if (!(result instanceof Error)) return;
          expect(['IMAGE_FORMAT', 'LIMIT_EXCEEDED']).toContain(Reflect.get(result, 'code'));
        }),
        { numRuns: 150 },
      );
    },
  );

  test('a size beyond the limit, from the directory alone', async () => {
    const file = tiffFile({ ...layout, claimedWidth: 60_000, claimedHeight: 60_000 });
    await expect(decodeTiff(file, limits, { fileName: 'giant.tif' })).rejects.toThrow(LimitExceededError);
  });
});

const fourBands = referencePath('cases', 'bands', 'four.tif');
test.skipIf(fourBands === undefined)(referenceTitle('a file of four bands', fourBands), async () => {
  for (const raster of await both(await readFile(fourBands as string))) {
    expect(raster).toMatchObject({ width: 64, height: 64, channels: 4, hasAlpha: false });
  }
});
