import { writeArrayBuffer } from 'geotiff';
import sharp, { type Sharp } from 'sharp';
import { encode as encodeBmp } from 'bmp-ts';
import { describe, expect, test } from 'vitest';
import { ImageFormatError, LimitExceededError, type Raster } from '@oddpixel/contract';
import { sharpCodec } from './sharp-codec.ts';

const codec = sharpCodec();
const width = 13;
const height = 7;
/** No two pixels alike, so that a turned or mirrored picture is noticed. */
const pixel = (x: number, y: number, c: number): number => (x * 17 + y * 29 + c * 60) % 256;
const interleaved = (channels: number): number[] =>
  Array.from({ length: width * height * channels }, (_, i) => {
    const p = Math.floor(i / channels);
    return pixel(p % width, Math.floor(p / width), i % channels);
  });
const rgb = Uint8Array.from(interleaved(3));
const image = (data: Uint8Array | Uint16Array, channels: 1 | 2 | 3 | 4): Sharp =>
  sharp(data, { raw: { width, height, channels } });

async function decode(bytes: Uint8Array): Promise<{ raster: Raster; warnings: string[] }> {
  const warnings: string[] = [];
  const raster = await codec.decode(bytes, {
    fileName: 'part',
    onWarning: (warning) => warnings.push(warning),
  });
  return { raster, warnings };
}

const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  a.length === b.length
    ? Array.from(a).reduce((w, v, i) => Math.max(w, Math.abs(v - (b[i] as number))), 0)
    : Infinity;

/** 8 bits per pixel, gray palette, rows from the bottom up and padded to four bytes (BITMAPINFOHEADER). */
function paletteBmp(): Uint8Array {
  const rowBytes = Math.ceil(width / 4) * 4;
  const start = 14 + 40 + 1024;
  const file = Buffer.alloc(start + rowBytes * height);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(start, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(8, 28);
  file.writeUInt32LE(256, 46);
  for (let i = 0; i < 256; i++) file.writeUInt32LE(i * 0x010101, 54 + 4 * i);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) file[start + (height - 1 - y) * rowBytes + x] = pixel(x, y, 0);
  }
  return new Uint8Array(file);
}

describe('decode', () => {
  test.each([
    ['PNG', (s: Sharp) => s.png()],
    ['TIFF', (s: Sharp) => s.tiff({ compression: 'lzw' })],
    ['WebP without loss', (s: Sharp) => s.webp({ lossless: true })],
  ])('%s gives the exact pixels', async (_, write) => {
    const { raster, warnings } = await decode(await write(image(rgb, 3)).toBuffer());
    expect(raster).toMatchObject({ width, height, channels: 3 });
    expect(worst(raster.data, rgb)).toBe(0);
    expect(warnings).toEqual([]);
  });

  test.each([
    ['JPEG', (s: Sharp) => s.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }), 4],
    ['AVIF', (s: Sharp) => s.avif({ quality: 100, chromaSubsampling: '4:4:4' }), 12],
    ['GIF', (s: Sharp) => s.gif({ dither: 0 }), 40],
  ])('%s gives the pixels up to its loss', async (_, write, loss) => {
    // A smooth picture: what these formats are made for.
    const smooth = Uint8Array.from(
      { length: 3 * width * height },
      (_, i) => 40 + 6 * (Math.floor(i / 3) % width) + 20 * (i % 3),
    );
    const { raster } = await decode(await write(image(smooth, 3)).toBuffer());
    expect(raster).toMatchObject({ width, height });
    // Animations have an alpha channel even if nothing is transparent.
    const colors = raster.hasAlpha === true ? raster.data.filter((_, i) => i % 4 < 3) : raster.data;
    expect(worst(colors, smooth)).toBeLessThanOrEqual(loss);
  });

  test('gray stays one channel, a palette becomes RGB, and alpha is kept and marked', async () => {
    const gray = Uint8Array.from(interleaved(1));
    const { raster } = await decode(await image(gray, 1).toColourspace('b-w').png().toBuffer());
    expect([raster.channels, worst(raster.data, gray)]).toEqual([1, 0]);
    const few = rgb.map((value) => (value > 127 ? 200 : 20));
    const palette = await decode(
      await image(few, 3).png({ palette: true, colours: 8, dither: 0 }).toBuffer(),
    );
    expect([palette.raster.channels, worst(palette.raster.data, few)]).toEqual([3, 0]);
    const rgba = Uint8Array.from(interleaved(4));
    const alpha = await decode(await image(rgba, 4).png().toBuffer());
    expect(alpha.raster).toMatchObject({ channels: 4, hasAlpha: true });
    expect(worst(alpha.raster.data, rgba)).toBe(0);
  });

  test('16 bits stay 16 bits for gray and RGB, PNG and TIFF', async () => {
    const deep = Uint16Array.from({ length: width * height * 3 }, (_, i) => (i * 631) % 65_536);
    const write = { png: (s: Sharp) => s.png(), tiff: (s: Sharp) => s.tiff({ compression: 'lzw' }) };
    for (const format of ['png', 'tiff'] as const) {
      const color = await decode(await write[format](image(deep, 3).toColourspace('rgb16')).toBuffer());
      expect(color.raster.data).toBeInstanceOf(Uint16Array);
      expect([color.raster.channels, worst(color.raster.data, deep)]).toEqual([3, 0]);
      const gray = deep.slice(0, width * height);
      const mono = await decode(await write[format](image(gray, 1).toColourspace('grey16')).toBuffer());
      expect([mono.raster.channels, worst(mono.raster.data, gray)]).toEqual([1, 0]);
    }
  });

  test('float TIFF is exact', async () => {
    const values = Float32Array.from({ length: width * height }, (_, i) => Math.fround(i / 7 - 3));
    const file = writeArrayBuffer(values, {
      width,
      height,
      SamplesPerPixel: 1,
      BitsPerSample: [32],
      SampleFormat: [3],
    });
    const { raster } = await decode(new Uint8Array(await file));
    expect(raster).toMatchObject({ width, height, channels: 1 });
    expect(raster.data).toBeInstanceOf(Float32Array);
    expect(worst(raster.data, values)).toBe(0);
  });

  test.each([24, 32] as const)('BMP with %i bits per pixel gives the exact pixels', async (bits) => {
    const data = Buffer.alloc(4 * width * height);
    for (let i = 0; i < width * height; i++) {
      // The encoder takes alpha, blue, green, red.
      data.set([255, rgb[3 * i + 2] as number, rgb[3 * i + 1] as number, rgb[3 * i] as number], 4 * i);
    }
    const { raster } = await decode(new Uint8Array(encodeBmp({ width, height, data, bitPP: bits }).data));
    expect(raster).toMatchObject({ width, height, channels: 3 });
    expect(worst(raster.data, rgb)).toBe(0);
  });

  test('BMP with a palette gives the exact pixels', async () => {
    const { raster } = await decode(paletteBmp());
    expect(raster).toMatchObject({ width, height, channels: 3 });
    const expected = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
      const p = Math.floor(i / 3);
      return pixel(p % width, Math.floor(p / width), 0);
    });
    expect(worst(raster.data, expected)).toBe(0);
  });

  test('an animation gives its first frame', async () => {
    const frames = Buffer.concat([Buffer.alloc(300, 250), Buffer.alloc(300, 5)]);
    const file = await sharp(frames, { raw: { width: 10, height: 20, channels: 3, pageHeight: 10 } })
      .gif()
      .toBuffer();
    const { raster } = await decode(file);
    expect([raster.width, raster.height]).toEqual([10, 10]);
    expect(raster.data[0]).toBeGreaterThan(240);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i is applied', async (orientation) => {
    const file = await image(rgb, 3).tiff({ compression: 'lzw' }).withMetadata({ orientation }).toBuffer();
    const { raster } = await decode(file);
    const turned = orientation > 4;
    expect([raster.width, raster.height]).toEqual(turned ? [height, width] : [width, height]);
    // Where the upper left pixel of the stored picture is shown, by the EXIF standard.
    const right = [2, 3, 6, 7].includes(orientation);
    const low = [3, 4, 7, 8].includes(orientation);
    const at = 3 * ((low ? raster.height - 1 : 0) * raster.width + (right ? raster.width - 1 : 0));
    expect(Array.from(raster.data.slice(at, at + 3))).toEqual(Array.from(rgb.slice(0, 3)));
  });

  test('gray with alpha keeps both, 8 and 16 bits', async () => {
    const both = Uint8Array.from(interleaved(2));
    const eight = await decode(await codec.encode({ width, height, channels: 2, data: both }, 'png'));
    expect(eight.raster).toMatchObject({ channels: 2, hasAlpha: true });
    expect(worst(eight.raster.data, both)).toBe(0);
    const deep = Uint16Array.from(both, (value) => value * 251);
    const sixteen = await decode(await codec.encode({ width, height, channels: 2, data: deep }, 'png'));
    expect(sixteen.raster).toMatchObject({ channels: 2, hasAlpha: true });
    expect(worst(sixteen.raster.data, deep)).toBe(0);
  });

  test('CMYK becomes RGB, with a warning', async () => {
    const { raster, warnings } = await decode(await image(rgb, 3).toColourspace('cmyk').jpeg().toBuffer());
    expect(raster).toMatchObject({ width, height, channels: 3 });
    expect(warnings.join()).toMatch(/CMYK/);
  });

  test('a colour profile is ignored, with a warning', async () => {
    const profiled = await image(rgb, 3).png().withIccProfile('p3').toBuffer();
    const { raster, warnings } = await decode(profiled);
    const stored = await sharp(profiled, { ignoreIcc: true }).raw().toBuffer();
    expect(warnings.join()).toMatch(/profile is ignored/);
    expect(worst(raster.data, stored)).toBe(0);
  });
});

describe('files that are refused', () => {
  test.each([
    ['text', Buffer.from('not a picture'), /part: expected an image, found text/],
    ['nothing', Buffer.alloc(0), /the file is empty/],
    [
      'a drawing',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="2" height="1"/>'),
      /SVG files are not read/,
    ],
    ['noise', Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 73) % 256)), /no known image format/],
    ['a broken BMP', Buffer.concat([Buffer.from('BM'), Buffer.alloc(60, 9)]), /BMP|pixels/],
  ])('%s', async (_, bytes, message) => {
    await expect(decode(bytes)).rejects.toThrow(message);
  });

  test.each(['png', 'jpeg', 'tiff'] as const)('a truncated %s is refused', async (format) => {
    const noise = Buffer.from(Array.from({ length: 90 * 60 * 3 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 24));
    const file = await sharp(noise, { raw: { width: 90, height: 60, channels: 3 } })
      .toFormat(format)
      .toBuffer();
    await expect(decode(file.subarray(0, file.length * 0.6))).rejects.toThrow(ImageFormatError);
  });

  test('a file with more pixels or bytes than allowed is refused before it is decoded', async () => {
    const bomb = await sharp({
      create: { width: 20_000, height: 15_000, channels: 3, background: 'black' },
      limitInputPixels: false,
    })
      .png()
      .toBuffer();
    const before = process.memoryUsage().rss;
    await expect(codec.decode(bomb, { fileName: 'bomb.png' })).rejects.toThrow(
      /bomb\.png has 300000000 pixels/,
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
    const limits = { maxFileBytes: 100, maxPixels: 1e9 };
    await expect(codec.decode(bomb, { limits })).rejects.toThrow(LimitExceededError);
    const small = { maxFileBytes: 1e9, maxPixels: 50 };
    const bmp = encodeBmp({ width: 10, height: 10, data: Buffer.alloc(400), bitPP: 24 }).data;
    await expect(codec.decode(new Uint8Array(bmp), { limits: small })).rejects.toThrow(LimitExceededError);
  });
});

describe('encode', () => {
  const raster: Raster = { width, height, channels: 3, data: rgb };
  test('PNG and TIFF restore the raster at every depth that they support', async () => {
    const deep: Raster = { ...raster, data: Uint16Array.from(rgb, (v) => v * 257 - (v % 5)) };
    const float: Raster = {
      width,
      height,
      channels: 1,
      data: Float32Array.from({ length: 91 }, (_, i) => i / 3),
    };
    const gray: Raster = { width, height, channels: 1, data: Uint8Array.from(interleaved(1)) };
    for (const [written, format] of [
      [raster, 'png'],
      [raster, 'tiff'],
      [gray, 'png'],
      [deep, 'png'],
      [deep, 'tiff'],
      [float, 'tiff'],
    ] as const) {
      const { raster: read } = await decode(await codec.encode(written, format));
      expect(read.data.constructor).toBe(written.data.constructor);
      expect([read.width, read.height, read.channels, worst(read.data, written.data)]).toEqual([
        width,
        height,
        written.channels,
        0,
      ]);
    }
  });

  test.each([
    ['float as PNG', { width: 1, height: 1, channels: 1, data: Float32Array.of(1) }, 'png'],
    ['16 bits as JPEG', { width: 1, height: 1, channels: 1, data: Uint16Array.of(1) }, 'jpeg'],
    ['alpha as JPEG', { width: 1, height: 1, channels: 4, data: new Uint8Array(4) }, 'jpeg'],
    ['five channels', { width: 1, height: 1, channels: 5, data: new Uint8Array(5) }, 'png'],
    ['too little data', { width: 2, height: 2, channels: 3, data: new Uint8Array(5) }, 'png'],
  ] as const)('refuses %s', async (_, raster, format) => {
    await expect(codec.encode(raster, format)).rejects.toThrow(ImageFormatError);
  });
});

/** An uncompressed little-endian TIFF of 4×3 pixels: gray with more samples, of which ExtraSamples says nothing. */
function tiffOfBands(bands: number): Uint8Array {
  const [width, height] = [4, 3];
  const pixels = width * height * bands;
  const entries = [
    [256, 3, 1, width],
    [257, 3, 1, height],
    [258, 3, 1, 8],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, 1, 8],
    [277, 3, 1, bands],
    [278, 3, 1, height],
    [279, 4, 1, pixels],
  ] as const;
  const bytes = new Uint8Array(8 + pixels + 2 + 12 * entries.length + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x00_2a_49_49, true);
  view.setUint32(4, 8 + pixels, true);
  view.setUint16(8 + pixels, entries.length, true);
  entries.forEach(([tag, type, count, value], i) => {
    const at = 8 + pixels + 2 + 12 * i;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, count, true);
    view.setUint32(at + 8, value, true);
  });
  return bytes;
}

test.each([2, 3, 4, 7])('a gray file of %i bands, none marked as alpha, keeps all bands', async (bands) => {
  const file = tiffOfBands(bands);
  for (let i = 8; i < 8 + 12 * bands; i++) file[i] = i % 251;
  const raster = await sharpCodec().decode(file, { fileName: 'bands.tif' });
  expect(raster).toEqual({
    width: 4,
    height: 3,
    channels: bands,
    data: file.slice(8, 8 + 12 * bands),
    hasAlpha: false,
  });
});
