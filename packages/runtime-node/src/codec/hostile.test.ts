/** Files that claim far more than they hold, and damage that decoders forgive. Memory: `decode-memory.test.ts`. */
import sharp, { type JpegOptions } from 'sharp';
import { describe, expect, test } from 'vitest';
import { ImageFormatError, LimitExceededError } from '@oddpixel/contract';
import { sharpCodec } from './sharp-codec.ts';
import { tiffFile } from '../../test/tiff-file.ts';

const codec = sharpCodec();

const gray = (width: number, height: number) =>
  sharp(
    Uint8Array.from({ length: width * height }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 8) % 251),
    { raw: { width, height, channels: 1 } },
  ).toColourspace('b-w');

describe('claims that are refused before they are followed', () => {
  const layout = { width: 13, height: 8, bits: 8, photometric: 1, channels: 1 };
  const limits = { maxFileBytes: 1e8, maxPixels: 1e6 };
  const refused = (file: Uint8Array): Promise<unknown> => codec.decode(file, { limits });

  test('a TIFF whose strips are the same bytes again and again', async () => {
    const file = tiffFile({ ...layout, height: 400, rowsPerStrip: 1 });
    const view = new DataView(file.buffer);
    // The lists of places and of sizes: every strip begins at the first one and has all bytes.
    const entries = view.getUint16(8, true);
    for (let i = 0; i < entries; i++) {
      const at = 10 + 12 * i;
      const tag = view.getUint16(at, true);
      if (tag !== 273 && tag !== 279) continue;
      const list = view.getUint32(at + 8, true);
      for (let k = 0; k < 400; k++) {
        view.setUint32(list + 4 * k, tag === 273 ? file.length - 5200 : 5200, true);
      }
    }
    await expect(refused(file)).rejects.toThrow(/overlap/);
  });

  test('a TIFF of more strips than any camera writes', async () => {
    const file = tiffFile({ ...layout, width: 1, height: 60_000, rowsPerStrip: 1 });
    expect((await codec.decode(file)).height).toBe(60_000);
    const many = Uint8Array.from(file);
    const view = new DataView(many.buffer);
    // 60,000 rows of a width of 1 become 200,000: a LONG.
    view.setUint16(10 + 12 + 2, 4, true);
    view.setUint32(10 + 12 + 8, 200_000, true);
    await expect(refused(many)).rejects.toThrow(LimitExceededError);
    await expect(refused(many)).rejects.toThrow(/200000 strips or tiles/);
  });

  test('a TIFF with a tile far larger than its image', async () => {
    const file = await gray(16, 16)
      .tiff({ compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16 })
      .toBuffer();
    const view = new DataView(file.buffer, file.byteOffset, file.length);
    const isLittle = view.getUint16(0) === 0x4949;
    const directory = view.getUint32(4, isLittle);
    for (let i = 0; i < view.getUint16(directory, isLittle); i++) {
      const at = directory + 2 + 12 * i;
      const tag = view.getUint16(at, isLittle);
      if (tag !== 322 && tag !== 323) continue;
      if (view.getUint16(at + 2, isLittle) === 3) view.setUint16(at + 8, 65_520, isLittle);
      else view.setUint32(at + 8, 65_520, isLittle);
    }
    await expect(refused(file)).rejects.toThrow(LimitExceededError);
    const large = { maxFileBytes: 1e8, maxPixels: 1e6, maxDecodedBytes: 1e12 };
    await expect(codec.decode(file, { limits: large })).rejects.toThrow(
      /65520×65520 pixels for a picture of/,
    );
  });

  test('a progressive JPEG with hundreds of scans', async () => {
    const file = await gray(40, 24).jpeg({ progressive: true }).toBuffer();
    const scan = file.lastIndexOf(Buffer.from([0xff, 0xda]));
    const again = Array<Buffer>(500).fill(file.subarray(scan, -2));
    await expect(
      refused(Buffer.concat([file.subarray(0, scan), ...again, file.subarray(-2)])),
    ).rejects.toThrow(/100 scans/);
  });
});

describe('damage that decoders forgive', () => {
  const file = (options: JpegOptions = {}): Promise<Buffer> => gray(160, 96).jpeg(options).toBuffer();
  const end = Buffer.from([0xff, 0xd9]);

  test.each([0.4, 0.7, 0.9])('a JPEG cut off at %f, with an end marker put there', async (share) => {
    for (const progressive of [false, true]) {
      const whole = await file({ progressive });
      const cut = Buffer.concat([whole.subarray(0, whole.length * share), end]);
      await expect(codec.decode(cut, { fileName: 'cut.jpg' })).rejects.toThrow(ImageFormatError);
      const warnings: string[] = [];
      const raster = await codec.decode(cut, {
        acceptDamaged: true,
        onWarning: (warning) => warnings.push(warning),
      });
      expect([raster.width, raster.height]).toEqual([160, 96]);
      expect(warnings).toEqual([expect.stringMatching(/damaged .*its readable part is used/)]);
    }
  });

  test('a progressive JPEG without its last scans', async () => {
    const whole = await file({ progressive: true });
    const scan = whole.lastIndexOf(Buffer.from([0xff, 0xc4]));
    const cut = Buffer.concat([whole.subarray(0, scan), end]);
    await expect(codec.decode(cut)).rejects.toThrow(/scans are missing/);
  });

  test('bytes behind the end, and zeros before it, do no harm', async () => {
    const whole = await file();
    const expected = (await codec.decode(whole)).data;
    const trailing = Buffer.concat([whole, Buffer.from('maker note'), whole]);
    expect(Buffer.compare((await codec.decode(trailing)).data as Uint8Array, expected as Uint8Array)).toBe(0);
    const padded = Buffer.concat([whole.subarray(0, -2), Buffer.alloc(12), end]);
    expect(Buffer.compare((await codec.decode(padded)).data as Uint8Array, expected as Uint8Array)).toBe(0);
  });

  test('a PNG without its end', async () => {
    const png = await gray(50, 30).png().toBuffer();
    await expect(codec.decode(png.subarray(0, -12))).rejects.toThrow(/ends before IEND/);
    const raster = await codec.decode(png.subarray(0, -12), { acceptDamaged: true });
    expect([raster.width, raster.height]).toEqual([50, 30]);
  });

  test('pages after the first give a warning', async () => {
    const page = tiffFile({ width: 5, height: 3, bits: 8, photometric: 1, channels: 1 });
    const entries = new DataView(page.buffer).getUint16(8, true);
    const next = 10 + 12 * entries;
    const two = Buffer.concat([page, Buffer.alloc(2)]);
    // The second directory is a copy of the first, at the end.
    const second = Buffer.concat([two.subarray(0, page.length), page.subarray(8, next), Buffer.alloc(4)]);
    second.writeUInt32LE(page.length, next);
    const warnings: string[] = [];
    await codec.decode(second, { onWarning: (warning) => warnings.push(warning) });
    expect(warnings).toEqual(['the file holds 2 pages; page 1 of 2 is read']);
  });
});
