/** Images that were cut off or whose bytes were changed: refused, and read as far as possible if that is asked for. */
import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { ImageFormatError } from '@oddpixel/contract';
import { referencePath, referenceTitle } from '@oddpixel/testing';
import { sharpCodec } from './sharp-codec.ts';
import { tiffFile } from '../../test/tiff-file.ts';

const codec = sharpCodec();
const [width, height] = [160, 96];
const noise = Uint8Array.from({ length: 3 * width * height }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
const picture = (): Sharp => sharp(noise, { raw: { width, height, channels: 3 } });
const end = Buffer.from([0xff, 0xd9]);

const formats: readonly (readonly [string, (image: Sharp) => Sharp])[] = [
  ['PNG', (image) => image.png()],
  ['JPEG', (image) => image.jpeg()],
  ['JPEG, progressive', (image) => image.jpeg({ progressive: true })],
  ['GIF', (image) => image.gif()],
  ['WebP', (image) => image.webp()],
  ['WebP without loss', (image) => image.webp({ lossless: true })],
];

describe.each(formats)('%s', (_, write) => {
  test.each([0.3, 0.6, 0.95])('truncated to %d of its bytes is refused', async (part) => {
    const file = await write(picture()).toBuffer();
    await expect(codec.decode(file.subarray(0, part * file.length))).rejects.toThrow(ImageFormatError);
  });
});

test('a PNG without its end is refused, and read with a warning if damage is accepted', async () => {
  const file = await picture().png().toBuffer();
  const cut = file.subarray(0, -12);
  await expect(codec.decode(cut)).rejects.toThrow('IEND');
  const warnings: string[] = [];
  const raster = await codec.decode(cut, { acceptDamaged: true, onWarning: (text) => warnings.push(text) });
  expect(raster.data).toEqual((await codec.decode(file)).data);
  expect(warnings).toEqual([expect.stringContaining('IEND')]);
});

test.each([false, true])(
  'a PNG truncated in its pixels is read up to there if damage is accepted (interlaced: %s)',
  async (progressive) => {
    const file = await picture().png({ progressive }).toBuffer();
    const whole = (await codec.decode(file)).data;
    let known = 0;
    for (const part of [0.5, 0.8, 0.99]) {
      const warnings: string[] = [];
      const raster = await codec.decode(file.subarray(0, part * file.length), {
        acceptDamaged: true,
        onWarning: (text) => warnings.push(text),
      });
      expect(warnings).toEqual(['the image is damaged (it ends inside IDAT); its readable part is used']);
      const missing = Array.from(raster.data.keys()).filter((i) => raster.data[i] !== whole[i]);
      // Black, but for the row in which the data ends.
      const isOther = missing.filter((i) => raster.data[i] !== 0);
      expect(isOther.length).toBeLessThanOrEqual(3 * width);
      expect(whole.length - missing.length).toBeGreaterThan(known);
      known = whole.length - missing.length;
    }
    expect(known).toBeGreaterThan(0.9 * whole.length);
  },
);

test('a PNG with a wrong checksum of its pixels is refused', async () => {
  const file = await picture().png().toBuffer();
  const at = file.indexOf('IDAT');
  const sum = at + 4 + file.readUInt32BE(at - 4);
  file[sum] = (file[sum] as number) ^ 1;
  await expect(codec.decode(file)).rejects.toThrow(ImageFormatError);
  const warnings: string[] = [];
  await codec.decode(file, { acceptDamaged: true, onWarning: (text) => warnings.push(text) });
  expect(warnings).toEqual([
    'the image is damaged (the checksum of IDAT is wrong); its readable part is used',
  ]);
});

test.each([8, 32] as const)(
  'a TIFF of %i bits truncated in its strips is read up to the last complete strip',
  async (bits) => {
    const layout = { width: 13, height: 24, bits, photometric: 1, channels: 1, rowsPerStrip: 4 };
    const file = tiffFile(layout);
    const whole = (await codec.decode(file)).data;
    const cut = file.subarray(0, file.length - (13 * 6 * bits) / 8);
    await expect(codec.decode(cut)).rejects.toThrow(/ends after/);
    const warnings: string[] = [];
    const raster = await codec.decode(cut, { acceptDamaged: true, onWarning: (text) => warnings.push(text) });
    expect(warnings).toEqual([expect.stringMatching(/damaged .*its readable part is used/)]);
    expect(raster.data.slice(0, 13 * 16)).toEqual(whole.slice(0, 13 * 16));
    expect(raster.data.slice(13 * 20)).toEqual(whole.slice(13 * 20).fill(0));
  },
);

test.each(['lzw', 'deflate'] as const)('a TIFF with %s is read up to the damage', async (compression) => {
  const file = await picture().tiff({ compression, predictor: 'none' }).toBuffer();
  const whole = (await codec.decode(file)).data;
  // In the middle of the only strip.
  file.fill(0xff, file.length / 2, file.length / 2 + 8);
  await expect(codec.decode(file)).rejects.toThrow(ImageFormatError);
  const warnings: string[] = [];
  const raster = await codec.decode(file, {
    acceptDamaged: true,
    onWarning: (text) => warnings.push(text),
  });
  expect(warnings).toHaveLength(1);
  const first = whole.findIndex((value, i) => raster.data[i] !== value);
  expect(first).toBeGreaterThan(0.05 * whole.length);
});

test.each([0.05, 0.3, 0.9])(
  'a JPEG truncated to %d of its bytes, with an end marker, is refused, and read with a warning if damage is accepted',
  async (part) => {
    const file = await picture().jpeg().toBuffer();
    const scan = file.indexOf(Buffer.from([0xff, 0xda])) + 14;
    const cut = Buffer.concat([file.subarray(0, scan + part * (file.length - scan)), end]);
    await expect(codec.decode(cut)).rejects.toThrow(ImageFormatError);
    const warnings: string[] = [];
    const raster = await codec.decode(cut, { acceptDamaged: true, onWarning: (text) => warnings.push(text) });
    expect(raster).toMatchObject({ width, height });
    expect(warnings).toHaveLength(1);
  },
);

test('an undamaged image gives no warning if damage is accepted', async () => {
  const warnings: string[] = [];
  const file = await picture().jpeg().toBuffer();
  await codec.decode(file, { acceptDamaged: true, onWarning: (text) => warnings.push(text) });
  expect(warnings).toEqual([]);
});

const cutJpeg = referencePath('cases', 'hostile', 'images', 'jpeg_cut_with_eoi.jpg');
test.skipIf(cutJpeg === undefined)(
  referenceTitle('a photograph of 3 of its 112 kB, with an end mark', cutJpeg),
  async () => {
    const file = await readFile(cutJpeg as string);
    await expect(codec.decode(file)).rejects.toThrow('432×576');
    const warnings: string[] = [];
    await codec.decode(file, { acceptDamaged: true, onWarning: (text) => warnings.push(text) });
    expect(warnings).toHaveLength(1);
  },
);
