import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { ImageFormatError, LimitExceededError, type Raster } from '@oddpixel/contract';
import { orient } from '@oddpixel/images/unstable';
import { sharpCodec } from './sharp-codec.ts';

const codec = sharpCodec();
const width = 5;
const height = 3;

type Numbers =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** A TIFF of one strip, as TIFF 6.0 describes it; `tags` adds SHORT values by their number. */
function tiff(data: Numbers, channels: number = 1, tags: Readonly<Record<number, number>> = {}): Uint8Array {
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  const format = isFloat ? 3 : data.constructor.name.startsWith('Int') ? 2 : 1;
  const all: Record<number, number> = {
    256: width,
    257: height,
    258: 8 * data.BYTES_PER_ELEMENT,
    259: 1,
    262: 1,
    273: 0,
    277: channels,
    278: height,
    279: data.byteLength,
    339: format,
    ...tags,
  };
  const entries = Object.entries(all);
  // BitsPerSample and SampleFormat hold one value per channel, after the directory where they do not fit.
  const lists = 8 + 2 + 12 * entries.length + 4;
  const start = lists + 4 * channels;
  const file = new Uint8Array(start + data.byteLength);
  const view = new DataView(file.buffer);
  file.set([0x49, 0x49, 42, 0, 8]);
  view.setUint16(8, entries.length, true);
  let list = lists;
  entries.forEach(([tag, value], i) => {
    const at = 10 + 12 * i;
    const isList = tag === '258' || tag === '339';
    view.setUint16(at, Number(tag), true);
    view.setUint16(at + 2, tag === '273' || tag === '279' ? 4 : 3, true);
    view.setUint32(at + 4, isList ? channels : 1, true);
    if (!isList || channels <= 2) {
      view.setUint32(at + 8, tag === '273' ? start : value, true);
      if (isList && channels === 2) view.setUint16(at + 10, value, true);
      return;
    }
    view.setUint32(at + 8, list, true);
    for (let c = 0; c < channels; c++, list += 2) view.setUint16(list, value, true);
  });
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return file;
}

const count = width * height;

describe('TIFF that sharp would change', () => {
  test.each([
    ['float64', Float64Array.from({ length: count }, (_, i) => i / 3 - 2)],
    ['int8', Int8Array.from({ length: count }, (_, i) => i - 7)],
    ['int16', Int16Array.from({ length: count }, (_, i) => 4000 * i - 30_000)],
    ['uint32', Uint32Array.from({ length: count }, (_, i) => 65_536 * i + 3)],
    ['int32', Int32Array.from({ length: count }, (_, i) => 70_000 * (i - 7))],
  ] as const)('%s becomes float32', async (_, values) => {
    const raster = await codec.decode(tiff(values));
    expect(raster).toMatchObject({ width, height, channels: 1 });
    expect(raster.data).toEqual(Float32Array.from(values));
  });

  test('five channels stay five channels of their depth, none of them alpha', async () => {
    for (const values of [
      Uint8Array.from({ length: 5 * count }, (_, i) => 3 * i),
      Uint16Array.from({ length: 5 * count }, (_, i) => 800 * i),
    ]) {
      const raster = await codec.decode(tiff(values, 5));
      expect(raster).toEqual({ width, height, channels: 5, data: values, hasAlpha: false });
    }
  });

  test('CMYK becomes RGB by the plain formula, not by a printing profile', async () => {
    const inks = Uint8Array.from({ length: 4 * count }, (_, i) => (i * 67) % 256);
    inks.set([0, 255, 255, 0, 0, 0, 0, 128]);
    const raster = await codec.decode(tiff(inks, 4, { 262: 5 }));
    const expected = Array.from({ length: 3 * count }, (_, i) => {
      const at = 4 * Math.floor(i / 3);
      const [ink, black] = [inks[at + (i % 3)] as number, inks[at + 3] as number];
      return Math.floor(((255 - ink) * (255 - black)) / 255);
    });
    expect(raster).toEqual({ width, height, channels: 3, data: Uint8Array.from(expected) });
    // Magenta and yellow make red; half black alone makes gray.
    expect(expected.slice(0, 6)).toEqual([255, 0, 0, 127, 127, 127]);
  });

  test('bytes in the middle of a larger buffer are read', async () => {
    const values = Float32Array.from({ length: count }, (_, i) => i / 7);
    const file = tiff(values);
    const larger = new Uint8Array(file.length + 20);
    larger.set(file, 11);
    expect((await codec.decode(larger.subarray(11, 11 + file.length))).data).toEqual(values);
  });

  test('more channels than any camera has are refused before they are read', async () => {
    await expect(codec.decode(tiff(new Uint8Array(300 * count), 300))).rejects.toThrow(/300 channels/);
  });

  test('limits hold, and bit depths without a range are refused', async () => {
    const file = tiff(new Float32Array(count));
    const limits = { maxFileBytes: 1e6, maxPixels: count - 1 };
    await expect(codec.decode(file, { limits })).rejects.toThrow(LimitExceededError);
    const odd = tiff(new Uint8Array(2 * count), 1, { 258: 12 });
    await expect(codec.decode(odd, { fileName: 'odd.tif' })).rejects.toThrow(
      /odd\.tif: TIFF with 12 bits per value/,
    );
  });

  test('a damaged one is refused', async () => {
    const file = tiff(new Float32Array(count));
    await expect(codec.decode(file.subarray(0, 40))).rejects.toThrow(ImageFormatError);
  });
});

describe('orientation', () => {
  /** No two pixels alike. */
  const data = Uint8Array.from({ length: 3 * count }, (_, i) => 5 * i);
  const raster: Raster = { width, height, channels: 3, data };

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('%i as sharp turns it', async (orientation) => {
    const file = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .withMetadata({ orientation })
      .toBuffer();
    const turned = await sharp(file).autoOrient().raw().toBuffer({ resolveWithObject: true });
    expect(orient(raster, orientation)).toEqual({
      width: turned.info.width,
      height: turned.info.height,
      channels: 3,
      data: new Uint8Array(turned.data),
    });
  });

  test('of float TIFF', async () => {
    const values = Float32Array.from({ length: count }, (_, i) => i);
    const turned = await codec.decode(tiff(values, 1, { 274: 6 }));
    expect(turned).toEqual(orient({ width, height, channels: 1, data: values }, 6));
    expect([turned.width, turned.height]).toEqual([height, width]);
  });
});
