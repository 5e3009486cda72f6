/** The browser's codec in a real Chromium, against sharp in Node. */
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ImageFormat, Raster } from '@oddpixel/contract';
import { sharpCodec } from '@oddpixel/runtime-node';
import { browserTitle, chromiumPath } from '@oddpixel/testing/browser';
import {
  base64,
  fromWire,
  openTestPage,
  succeeded,
  toWire,
  type TestPage,
} from '../../test/images/images-page.ts';

const codec = sharpCodec();
const width = 61;
const height = 43;

/** Waves, as in photographs, or noise, which no format likes. */
const patterns = {
  waves: (x: number, y: number, c: number): number => 128 + 100 * Math.sin(x / 9 + c) * Math.cos(y / 7 - c),
  noise: (x: number, y: number, c: number): number =>
    Math.imul((y * width + x) * 4 + c + 1, 0x9e3779b1) >>> 24,
};
type Pattern = keyof typeof patterns;

function pixels(pattern: Pattern, channels: number): Uint8Array {
  return Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const p = Math.floor(i / channels);
    return patterns[pattern](p % width, Math.floor(p / width), i % channels);
  });
}

function image(pattern: Pattern, channels: 1 | 2 | 3 | 4): Sharp {
  const made = sharp(pixels(pattern, channels), { raw: { width, height, channels } });
  return channels < 3 ? made.toColourspace('b-w') : made;
}

/** Largest difference, and with alpha the largest one after composing on black, which is what is inspected. */
function difference(ours: Raster, theirs: Raster): { readonly values: number; readonly composed: number } {
  let [values, composed] = [0, 0];
  const { channels } = theirs;
  for (let i = 0; i < theirs.data.length; i++) {
    const apart = Math.abs((ours.data[i] as number) - (theirs.data[i] as number));
    const alpha = theirs.hasAlpha === true ? (theirs.data[i - (i % channels) + channels - 1] as number) : 255;
    values = Math.max(values, apart);
    composed = Math.max(composed, (apart * alpha) / 255);
  }
  return { values, composed };
}

/** Without what Node adds to arrays of bytes. */
function plain(raster: Raster): Raster {
  return { ...raster, data: raster.data.slice() };
}

describe.skipIf(chromiumPath === undefined)(browserTitle('in Chromium'), () => {
  let site: TestPage;
  beforeAll(async () => {
    site = await openTestPage();
  }, 120_000);
  afterAll(() => site.close());

  const decode = async (file: Uint8Array): Promise<{ raster: Raster; warnings: readonly string[] }> => {
    const result = await site.page.evaluate((bytes) => imageTests.decode(bytes), base64(file));
    const { raster, warnings } = succeeded(result);
    return { raster: fromWire(raster), warnings };
  };

  /** Both rasters; size, channels, alpha and warnings are compared here. */
  const both = async (file: Uint8Array): Promise<readonly [Raster, Raster]> => {
    const theirWarnings: string[] = [];
    const theirs = await codec.decode(file, { onWarning: (warning) => theirWarnings.push(warning) });
    const { raster: ours, warnings } = await decode(file);
    expect({ ...ours, data: ours.data.constructor.name }).toEqual({
      ...theirs,
      data: theirs.data.constructor.name,
    });
    expect(warnings).toEqual(theirWarnings);
    return [ours, theirs];
  };

  type Case = readonly [title: string, make: (pattern: Pattern) => Sharp];
  const exact: readonly Case[] = [
    ['PNG', (p) => image(p, 3).png()],
    ['PNG, gray', (p) => image(p, 1).png()],
    ['PNG, palette', (p) => image(p, 3).png({ palette: true, colours: 16 })],
    ['PNG, alpha', (p) => image(p, 4).png()],
    ['PNG, gray and alpha', (p) => image(p, 2).png()],
    ['PNG, interlaced', (p) => image(p, 3).png({ progressive: true })],
    ['PNG, colour profile', (p) => image(p, 3).withIccProfile('p3').png()],
    ['PNG, turned', (p) => image(p, 3).withMetadata({ orientation: 6 }).png()],
    ['TIFF, LZW', (p) => image(p, 3).tiff({ compression: 'lzw' })],
    ['TIFF, deflate, alpha', (p) => image(p, 4).tiff({ compression: 'deflate' })],
    ['TIFF, gray, tiles', (p) => image(p, 1).tiff({ compression: 'none', tile: true, tileWidth: 32 })],
    ['JPEG, 4:4:4', (p) => image(p, 3).jpeg({ quality: 95, chromaSubsampling: '4:4:4' })],
    ['JPEG, 4:2:0', (p) => image(p, 3).jpeg({ quality: 90, chromaSubsampling: '4:2:0' })],
    ['JPEG, 4:2:0, progressive', (p) => image(p, 3).jpeg({ quality: 80, progressive: true })],
    ['JPEG, gray', (p) => image(p, 1).jpeg({ quality: 90 })],
    ['JPEG, gray, progressive', (p) => image(p, 1).jpeg({ quality: 90, progressive: true })],
    ['JPEG, CMYK', (p) => image(p, 3).toColourspace('cmyk').jpeg()],
    ['JPEG, colour profile', (p) => image(p, 3).withIccProfile('p3').jpeg({ quality: 90 })],
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((orientation): Case => [
      `JPEG, orientation ${orientation}`,
      (p) => image(p, 3).withMetadata({ orientation }).jpeg(),
    ]),
    ['WebP', (p) => image(p, 3).webp({ quality: 90 })],
    ['WebP without loss', (p) => image(p, 3).webp({ lossless: true })],
    ['WebP, colour profile', (p) => image(p, 3).withIccProfile('p3').webp({ lossless: true })],
    ['WebP, turned', (p) => image(p, 3).withMetadata({ orientation: 6 }).webp({ lossless: true })],
    ['WebP, mirrored', (p) => image(p, 3).withMetadata({ orientation: 2 }).webp({ quality: 90 })],
    ['GIF', (p) => image(p, 3).gif()],
    ['GIF, transparent', (p) => image(p, 4).threshold(128, { grayscale: false }).gif()],
  ];
  test.each(exact)('%s gives the same pixels as sharp', async (_, make) => {
    for (const pattern of ['waves', 'noise'] as const) {
      const [ours, theirs] = await both(await make(pattern).toBuffer());
      expect(difference(ours, theirs).values).toBe(0);
    }
  });

  // Another conversion from YCbCr; colours that were multiplied by alpha and back.
  test.each<Case>([
    ['AVIF', (p) => image(p, 3).avif({ quality: 90 })],
    ['AVIF, colour profile', (p) => image(p, 3).withIccProfile('p3').avif({ quality: 90 })],
    ['AVIF, turned', (p) => image(p, 3).withMetadata({ orientation: 6 }).avif({ quality: 90 })],
    ['WebP, alpha', (p) => image(p, 4).webp({ quality: 90 })],
    ['WebP without loss, alpha', (p) => image(p, 4).webp({ lossless: true })],
  ])('%s: within one gray value of sharp, composed on black', async (_, make) => {
    for (const pattern of ['waves', 'noise'] as const) {
      const [ours, theirs] = await both(await make(pattern).toBuffer());
      expect(difference(ours, theirs).composed).toBeLessThanOrEqual(1);
    }
  });

  test('16 bits and floats are kept', async () => {
    const deep = Uint16Array.from({ length: width * height * 4 }, (_, i) => (i * 631) % 65_536);
    for (const channels of [1, 2, 3, 4] as const) {
      const data = deep.subarray(0, width * height * channels);
      const [png] = await both(await codec.encode({ width, height, channels, data }, 'png'));
      expect(png.data).toEqual(data);
      const file = await codec.encode({ width, height, channels, data }, 'tiff');
      const [tiff] = await both(file);
      expect(tiff.data).toEqual(data);
    }
    const data = Float32Array.from({ length: width * height }, (_, i) => i / 7 - 3);
    const [float] = await both(await codec.encode({ width, height, channels: 1, data }, 'tiff'));
    expect(float.data).toEqual(data);
  });

  test('the codec works in a worker, too', async () => {
    for (const file of [
      await image('noise', 3).jpeg().toBuffer(),
      await image('noise', 4).png().toBuffer(),
      await image('noise', 3).tiff({ compression: 'lzw' }).toBuffer(),
    ]) {
      const wire = await site.page.evaluate((bytes) => imageTests.inWorker(bytes), base64(file));
      expect(fromWire(wire)).toEqual(plain(await codec.decode(file)));
    }
  });

  test('an animation gives its first frame', async () => {
    const frames = Buffer.concat([Buffer.alloc(600, 250), Buffer.alloc(600, 5)]);
    const animation = (): Sharp =>
      sharp(frames, { raw: { width: 20, height: 20, channels: 3, pageHeight: 10 } });
    for (const file of [
      await animation().gif().toBuffer(),
      await animation().webp({ lossless: true }).toBuffer(),
    ]) {
      const [ours, theirs] = await both(file);
      expect(difference(ours, theirs).values).toBe(0);
    }
  });

  test('an image larger than one tile of the canvas is complete', async () => {
    // Its period is no divisor of the tile.
    const row = Uint8Array.from({ length: 4099 * 3 }, (_, i) => (i * 7) % 251);
    const file = await sharp(row, { raw: { width: 4099, height: 1, channels: 3 } })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const [ours, theirs] = await both(file);
    expect(difference(ours, theirs).values).toBe(0);
  });

  describe('truncated files', () => {
    const cutAt = async (format: 'png' | 'jpeg' | 'webp' | 'gif', part: number): Promise<Buffer> => {
      const file = await image('noise', 3).toFormat(format).toBuffer();
      const front = file.subarray(0, part * file.length);
      return format === 'jpeg' ? Buffer.concat([front, Buffer.from([0xff, 0xd9])]) : front;
    };
    const accept = (file: Uint8Array) =>
      site.page.evaluate((bytes) => imageTests.decode(bytes, undefined, true), base64(file));

    test.each([0.3, 0.7, 0.99])(
      'a JPEG cut after %d of its bytes, with an end mark, is refused',
      async (part) => {
        const file = await cutAt('jpeg', part);
        expect(await site.page.evaluate((bytes) => imageTests.decode(bytes), base64(file))).toMatchObject({
          failure: {
            code: 'IMAGE_FORMAT',
            message: expect.stringMatching(/cut off: of its 61×43 pixels|need/),
          },
        });
        const { raster, warnings } = succeeded(await accept(file));
        expect([raster.width, raster.height]).toEqual([width, height]);
        expect(warnings).toEqual([expect.stringMatching(/damaged .*its readable part is used/)]);
      },
    );

    test('a truncated PNG or TIFF that is accepted gives the same pixels and warnings as in Node', async () => {
      const data = Float32Array.from(pixels('noise', 3));
      const tiff = Buffer.from(await codec.encode({ width, height, channels: 3, data }, 'tiff'));
      for (const file of [await cutAt('png', 0.6), tiff.subarray(0, 0.7 * tiff.length)]) {
        const theirWarnings: string[] = [];
        const theirs = await codec.decode(file, {
          fileName: 'part',
          acceptDamaged: true,
          onWarning: (warning) => theirWarnings.push(warning),
        });
        const { raster, warnings } = succeeded(await accept(file));
        expect(warnings).toEqual(theirWarnings);
        expect(theirWarnings).toHaveLength(1);
        expect(difference(fromWire(raster), theirs).values).toBe(0);
      }
    });

    test.each(['gif', 'webp'] as const)(
      'a %s, if damage is accepted, gives an image of its size with a warning or is refused',
      async (format) => {
        const result = await accept(await cutAt(format, 0.6));
        if ('failure' in result) expect(result.failure).toMatchObject({ code: 'IMAGE_FORMAT' });
        else {
          expect([result.raster.width, result.raster.height]).toEqual([width, height]);
          expect(result.warnings).toEqual([expect.stringMatching(/damaged/)]);
        }
      },
    );
  });

  describe('files that are refused', () => {
    const failure = async (file: Uint8Array, limits?: { maxFileBytes: number; maxPixels: number }) => {
      const result = await site.page.evaluate(([bytes, given]) => imageTests.decode(bytes, given), [
        base64(file),
        limits,
      ] as const);
      return 'failure' in result ? result.failure : undefined;
    };

    test.each(['png', 'jpeg', 'webp', 'tiff', 'gif', 'avif'] as const)(
      'a truncated %s is refused',
      async (format) => {
        const file = await image('noise', 3).toFormat(format).toBuffer();
        for (const part of [0.02, 0.3, 0.6, 0.97]) {
          expect(await failure(file.subarray(0, file.length * part))).toMatchObject({
            code: 'IMAGE_FORMAT',
            message: expect.stringContaining('part'),
          });
        }
      },
    );

    test.each([
      ['text', Buffer.from('not a picture'), /expected an image, found text/],
      ['nothing', Buffer.alloc(0), /the file is empty/],
      ['a drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), /found text/],
      ['a BMP with nonsense', Buffer.concat([Buffer.from('BM'), Buffer.alloc(60, 9)]), /BMP|pixels/],
    ])('%s', async (_, bytes, message) => {
      expect((await failure(bytes))?.message).toMatch(message);
    });

    test.each(['png', 'jpeg', 'webp', 'tiff', 'gif', 'avif'] as const)(
      'a %s beyond the limits',
      async (format) => {
        const file = await image('waves', 3).toFormat(format).toBuffer();
        const limits = { maxFileBytes: 1e6, maxPixels: width * height };
        expect(await failure(file, limits)).toBeUndefined();
        expect(await failure(file, { ...limits, maxPixels: width * height - 1 })).toMatchObject({
          code: 'LIMIT_EXCEEDED',
        });
        expect(await failure(file, { ...limits, maxFileBytes: file.length - 1 })).toMatchObject({
          code: 'LIMIT_EXCEEDED',
        });
      },
    );
  });

  describe('encode', () => {
    const encode = async (raster: Raster, format: ImageFormat): Promise<Uint8Array> => {
      const result = await site.page.evaluate(([wire, name]) => imageTests.encode(wire, name), [
        toWire(raster),
        format,
      ] as const);
      return Buffer.from(succeeded(result), 'base64');
    };

    test.each(['png', 'tiff'] as const)('%s is read back unchanged by sharp', async (format) => {
      for (const channels of [1, 2, 3, 4] as const) {
        const data = pixels('noise', channels);
        for (const raster of [
          { width, height, channels, data },
          { width, height, channels, data: Uint16Array.from(data, (value) => value * 251) },
        ]) {
          const read = await codec.decode(await encode(raster, format));
          expect({ ...read, hasAlpha: undefined }).toEqual(raster);
        }
      }
    });

    test.each(['jpeg', 'webp'] as const)('%s is read by sharp within its loss', async (format) => {
      const data = pixels('waves', 3);
      const read = await codec.decode(await encode({ width, height, channels: 3, data }, format));
      expect([read.width, read.height, read.channels]).toEqual([width, height, 3]);
      const mean = data.reduce((sum, value, i) => sum + Math.abs(value - (read.data[i] as number)), 0);
      expect(mean / data.length).toBeLessThan(4);
    });

    test.each([
      ['float as PNG', { width: 1, height: 1, channels: 1, data: Float32Array.of(1) }, 'png'],
      ['16 bits as JPEG', { width: 1, height: 1, channels: 1, data: Uint16Array.of(1) }, 'jpeg'],
      ['alpha as JPEG', { width: 1, height: 1, channels: 4, data: new Uint8Array(4) }, 'jpeg'],
      ['too little data', { width: 2, height: 2, channels: 3, data: new Uint8Array(5) }, 'png'],
    ] as const)('refuses %s', async (_, raster, format) => {
      await expect(encode(raster, format)).rejects.toThrow(/IMAGE_FORMAT/);
    });
  });

  test('every kind of source gives the same image', async () => {
    const data = pixels('noise', 3);
    const file = await image('noise', 3).png().toBuffer();
    site.bundle.add('part.png', file);
    const rasters = await site.page.evaluate(([bytes, url]) => imageTests.sources(bytes, url), [
      base64(file),
      '/part.png',
    ] as const);
    expect(Object.keys(rasters)).toHaveLength(10);
    for (const [name, wire] of Object.entries(rasters)) {
      const raster = fromWire(wire);
      expect([name, raster.width, raster.height]).toEqual([name, width, height]);
      expect([name, raster.channels]).toEqual([name, name === 'imageData' ? 4 : 3]);
      const colors = raster.channels === 4 ? raster.data.filter((_, i) => i % 4 < 3) : raster.data;
      expect([name, Buffer.compare(Buffer.from(colors as Uint8Array), data)]).toEqual([name, 0]);
    }
  });

  const size = { codedWidth: 66, codedHeight: 38, timestamp: 0 };
  const wide = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709' } as const;
  test.each([
    ['I420', { ...size, format: 'I420' }, 0],
    ['I420, full range', { ...size, format: 'I420', colorSpace: { ...wide, fullRange: true } }, 0],
    ['I420, small matrix', { ...size, format: 'I420', colorSpace: { ...wide, matrix: 'smpte170m' } }, 0],
    ['NV12', { ...size, format: 'NV12' }, 0],
    ['a part of it', { ...size, format: 'I420', visibleRect: { x: 4, y: 2, width: 51, height: 31 } }, 0],
    ['shown larger than stored', { ...size, format: 'I420', displayWidth: 88, displayHeight: 38 }, 1],
    ['turned', { ...size, format: 'I420', rotation: 90 }, 1],
    ['mirrored', { ...size, format: 'NV12', flip: true }, 1],
  ] as const)('a video frame, %s: as the browser shows it', async (_, init, isDrawn) => {
    const { found, shown, drawn } = await site.page.evaluate((given) => imageTests.videoFrame(given), init);
    expect(drawn).toBe(isDrawn);
    const { width, height } = shown;
    expect(found).toMatchObject({ width, height, channels: 3 });
    const colours = fromWire(shown).data.filter((_value, i) => i % 4 < 3);
    expect(Buffer.compare(Buffer.from(fromWire(found).data), Buffer.from(colours))).toBe(0);
  });

  test.each([
    [1, (result: object) => expect(result).toMatchObject({ warnings: [expect.stringMatching(/a little/)] })],
    [90, (result: object) => expect(result).toMatchObject({ failure: { code: 'IMAGE_FORMAT' } })],
  ])('a browser that changes what is read by %i', async (change, check) => {
    const page = await site.open();
    // As browsers do that protect against tracking.
    await page.evaluate((by) => {
      const type = OffscreenCanvasRenderingContext2D.prototype;
      // eslint-disable-next-line typescript/unbound-method -- called with its object below
      const original = type.getImageData;
      type.getImageData = function changed(...given) {
        const image = original.apply(this, given);
        image.data[0] = (image.data[0] ?? 0) + by;
        return image;
      };
    }, change);
    const file = await image('waves', 3).jpeg().toBuffer();
    check(await page.evaluate((bytes) => imageTests.decode(bytes), base64(file)));
    // Decoders of our own read no canvas.
    const exactFile = await image('waves', 3).png().toBuffer();
    const { raster } = succeeded(await page.evaluate((bytes) => imageTests.decode(bytes), base64(exactFile)));
    expect(fromWire(raster).data).toEqual(pixels('waves', 3));
    await page.close();
  });

  test('an address without an image is refused', async () => {
    const result = await site.page.evaluate(() => imageTests.failingSource('/nothing.png'));
    expect(result).toMatchObject({
      failure: { code: 'FILE', message: expect.stringMatching(/nothing.*404/) },
    });
  });

  test.each([
    ['which this page may not read', 'http://other.test/part.png', /another site/],
    ['which is none', 'http://localhost/nothing.png', /loaded/],
  ])('an image on the page %s', async (_, url, message) => {
    site.bundle.add('part.png', await image('noise', 3).png().toBuffer());
    const result = await site.page.evaluate((address) => imageTests.otherSite(address), url);
    expect(result).toMatchObject({
      failure: { code: 'IMAGE_FORMAT', message: expect.stringMatching(message) },
    });
  });

  test('toImageData shows gray, alpha, deep and floating values', async () => {
    const show = (raster: Raster, range?: readonly [number, number]): Promise<number[]> =>
      site.page.evaluate(([wire, given]) => imageTests.toImageData(wire, given), [
        toWire(raster),
        range,
      ] as const);
    const size = { width: 2, height: 1 };
    expect(await show({ ...size, channels: 1, data: Uint8Array.of(7, 250) })).toEqual([
      7, 7, 7, 255, 250, 250, 250, 255,
    ]);
    expect(await show({ ...size, channels: 2, data: Uint16Array.of(65_535, 0, 257, 65_535) })).toEqual([
      255, 255, 255, 0, 1, 1, 1, 255,
    ]);
    expect(await show({ ...size, channels: 1, data: Float32Array.of(-3, 5) })).toEqual([
      0, 0, 0, 255, 255, 255, 255, 255,
    ]);
    expect(await show({ ...size, channels: 1, data: Float32Array.of(-3, 5) }, [0, 10])).toEqual([
      0, 0, 0, 255, 128, 128, 128, 255,
    ]);
  });

  test('decoders that are not needed are not loaded', () => {
    const [entry, ...lazy] = [...site.bundle.chunks].sort((a, b) => Number(b.isEntry) - Number(a.isEntry));
    expect(entry?.isEntry).toBe(true);
    expect(lazy.some(({ name }) => /geotiff/.test(name))).toBe(true);
  });
});
