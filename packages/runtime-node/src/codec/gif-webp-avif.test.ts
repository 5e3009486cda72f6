/** GIF, WebP and AVIF files that lack pixels or carry what is none, against sharp. */
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { ImageFormatError, type Raster } from '@oddpixel/contract';
import { readAvifHeader, readGifHeader } from '@oddpixel/images';
import { gifDamage } from '@oddpixel/images/unstable';
import { sharpCodec } from './sharp-codec.ts';

const codec = sharpCodec();
const [width, height] = [61, 43];

/** Noise of few or many colours. */
function noise(columns: number, rows: number, mask: number = 255, seed: number = 1): Sharp {
  const data = Uint8Array.from(
    { length: 3 * columns * rows },
    (_, i) => (Math.imul(i + seed, 0x9e3779b1) >>> 17) & mask,
  );
  return sharp(data, { raw: { width: columns, height: rows, channels: 3 } });
}

const same = (a: Raster, b: Raster): boolean =>
  a.channels === b.channels &&
  Buffer.compare(Buffer.from(a.data as Uint8Array), Buffer.from(b.data as Uint8Array)) === 0;

describe('GIF', () => {
  /** Where each piece of the first frame's data starts. */
  function pieces(file: Uint8Array): number[] {
    const found: number[] = [];
    let at = readGifHeader(file).dataAt + 1;
    for (; file[at] !== 0; at += 1 + (file[at] as number)) found.push(at);
    return found;
  }

  const pictures = fc.record({
    columns: fc.integer({ min: 1, max: 120 }),
    rows: fc.integer({ min: 1, max: 90 }),
    mask: fc.constantFrom(0, 1, 3, 16, 255),
    interlace: fc.boolean(),
    place: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  test('complete files lack nothing; data that ends early, with all markers in place, is refused or gives every pixel', async () => {
    const property = fc.asyncProperty(pictures, async ({ columns, rows, mask, interlace, place, part }) => {
      const file = await noise(columns, rows, mask).gif({ progressive: interlace }).toBuffer();
      expect(gifDamage(file, readGifHeader(file))).toBeUndefined();
      const whole = await codec.decode(file);
      const starts = pieces(file);
      const start = starts[Math.floor(place * starts.length)] as number;
      const kept = Math.floor(part * (file[start] as number));
      const piece = kept === 0 ? [] : [kept, ...file.subarray(start + 1, start + 1 + kept)];
      const cut = Buffer.concat([file.subarray(0, start), Buffer.from([...piece, 0, 0x3b])]);
      try {
        expect(same(await codec.decode(cut), whole)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(ImageFormatError);
      }
    });
    await fc.assert(property, { numRuns: 120 });
  }, 60_000);

  test('without some of its pixels is refused with their number', async () => {
    const file = await noise(width, height).gif().toBuffer();
    const [, second = 0] = pieces(file);
    const cut = Buffer.concat([file.subarray(0, second), Buffer.from([0, 0x3b])]);
    await expect(codec.decode(cut)).rejects.toThrow(/holds \d+ of 2623 pixels/);
    const warnings: string[] = [];
    const raster = await codec.decode(cut, { acceptDamaged: true, onWarning: (text) => warnings.push(text) });
    expect([raster.width, raster.height]).toEqual([width, height]);
    expect(warnings).toEqual([expect.stringMatching(/damaged .*of 2623 pixels.*its readable part/)]);
  });

  test('cut at every twentieth byte is refused', async () => {
    const file = await noise(width, height).gif().toBuffer();
    for (let part = 1; part < 20; part++) {
      await expect(codec.decode(file.subarray(0, (part * file.length) / 20))).rejects.toThrow(
        ImageFormatError,
      );
    }
  });

  test('with a first frame far larger than the image exceeds the limits', async () => {
    const file = await noise(width, height).gif().toBuffer();
    // Without a table of its own.
    const at = readGifHeader(file).dataAt - 10;
    expect([file[at], file.readUInt16LE(at + 5)]).toEqual([0x2c, width]);
    file.writeUInt16LE(60_000, at + 5);
    file.writeUInt16LE(60_000, at + 7);
    await expect(codec.decode(file)).rejects.toThrow(/pixels/);
  });
});

describe('WebP', () => {
  const chunk = (type: string, content: Uint8Array): Buffer => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32LE(content.length, 4);
    return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
  };
  const withChunks = (file: Buffer, ...chunks: readonly Buffer[]): Buffer => {
    const whole = Buffer.concat([file, ...chunks]);
    whole.writeUInt32LE(whole.length - 8, 4);
    return whole;
  };

  test('with many megabytes of metadata gives the same pixels, orientation and warnings, and the library never sees them', async () => {
    const file = await noise(width, height)
      .withMetadata({ orientation: 6 })
      .webp({ lossless: true })
      .toBuffer();
    const large = Array<Buffer>(3000).fill(chunk('junk', Buffer.alloc(1001, 7)));
    const before = Buffer.from(file);
    const found: string[][] = [[], []];
    const [whole, padded] = await Promise.all(
      [file, withChunks(file, chunk('XMP ', Buffer.alloc(3e6, 32)), ...large)].map((bytes, i) =>
        codec.decode(bytes, { onWarning: (warning) => (found[i] as string[]).push(warning) }),
      ),
    );
    expect(Buffer.compare(file, before)).toBe(0);
    expect([whole?.width, whole?.height]).toEqual([height, width]);
    expect(same(padded as Raster, whole as Raster)).toBe(true);
    expect(found[1]).toEqual(found[0]);
    expect(found[0]).toEqual([expect.stringMatching(/profile/)]);
  });

  test('of an animation is read as its first image, with a warning that counts all images', async () => {
    const frames = Buffer.concat([Buffer.alloc(600, 250), Buffer.alloc(600, 5)]);
    const file = await sharp(frames, { raw: { width: 20, height: 20, channels: 3, pageHeight: 10 } })
      .webp({ lossless: true })
      .toBuffer();
    const warnings: string[] = [];
    const raster = await codec.decode(file, { onWarning: (warning) => warnings.push(warning) });
    expect(raster.data.every((value, i) => value === (i % raster.channels === 3 ? 255 : 250))).toBe(true);
    expect([raster.width, raster.height]).toEqual([20, 10]);
    expect(warnings).toEqual(['the file holds 2 frames; frame 1 of 2 is read']);
  });

  test('cut at every twentieth byte is refused', async () => {
    for (const lossless of [true, false]) {
      const file = await noise(width, height).webp({ lossless }).toBuffer();
      for (let part = 1; part < 20; part++) {
        const cut = file.subarray(0, (part * file.length) / 20);
        await expect(codec.decode(cut)).rejects.toThrow(ImageFormatError);
      }
    }
  });

  test('whose data ends early, with the sizes of a complete file, is refused', async () => {
    for (const lossless of [true, false]) {
      const file = await noise(width, height).webp({ lossless }).toBuffer();
      for (const part of [0.3, 0.6, 0.9, 0.97]) {
        const size = 2 * Math.floor(((file.length - 20) * part) / 2);
        const cut = Buffer.from(file.subarray(0, 20 + size));
        cut.writeUInt32LE(size, 16);
        cut.writeUInt32LE(cut.length - 8, 4);
        await expect(codec.decode(cut)).rejects.toThrow(ImageFormatError);
      }
    }
  });
});

describe('AVIF', () => {
  const make = (): Promise<Buffer> => noise(width, height).avif({ effort: 0 }).toBuffer();
  /** The list of its parts; the numbers of the only one. */
  const list = (file: Buffer) => file.indexOf('iloc') + 4;

  test('whose parts lie outside the file is refused before the library sees it', async () => {
    const file = await make();
    expect(readAvifHeader(file)).toMatchObject({ width, height });
    const at = list(file);
    // Version 0: numbers of 4 bytes, one item of one part.
    expect([file[at], file.readUInt16BE(at + 6)]).toEqual([0, 1]);
    const lengthAt = at + 8 + 2 + 2 + ((file[at + 5] as number) >> 4) + 2 + 4;
    for (const length of [file.length, 0x7fffffff]) {
      file.writeUInt32BE(length, lengthAt);
      await expect(codec.decode(file)).rejects.toThrow(/ends after/);
    }
  });

  test('whose parts are the same bytes again and again is refused', () => {
    const entry = Buffer.from([
      0,
      1,
      0,
      0,
      0,
      200,
      ...Array.from({ length: 200 }, () => [0, 0, 0, 0, 0, 0, 0, 100]).flat(),
    ]);
    const places = box('iloc', Buffer.from([0, 0, 0, 0, 0x44, 0, 0, 1]), entry);
    const size = Buffer.alloc(12);
    size.writeUInt32BE(8, 4);
    size.writeUInt32BE(8, 8);
    const file = Buffer.concat([
      box('ftyp', Buffer.from('avif\0\0\0\0mif1avif', 'latin1')),
      box('meta', Buffer.alloc(4), places, box('iprp', box('ipco', box('ispe', size)))),
      box('mdat', Buffer.alloc(100)),
    ]);
    expect(() => readAvifHeader(file)).toThrow(/overlap/);
  });

  function box(type: string, ...contents: readonly Uint8Array[]): Buffer {
    const whole = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), ...contents]);
    whole.writeUInt32BE(whole.length);
    return whole;
  }

  test('cut at every twentieth byte is refused', async () => {
    const file = await make();
    for (let part = 1; part < 20; part++) {
      await expect(codec.decode(file.subarray(0, (part * file.length) / 20))).rejects.toThrow(
        ImageFormatError,
      );
    }
  });
});
