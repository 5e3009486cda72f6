/** Blocks of JPEGs that sharp writes, counted without decoding them. */
import fc from 'fast-check';
import sharp, { type JpegOptions } from 'sharp';
import { expect, test } from 'vitest';
import { missingJpegBlocks } from '@oddpixel/images';

const end = Buffer.from([0xff, 0xd9]);

function write(width: number, height: number, channels: 1 | 3, options: JpegOptions): Promise<Buffer> {
  const pixels = Uint8Array.from(
    { length: channels * width * height },
    (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24,
  );
  const picture = sharp(pixels, { raw: { width, height, channels } });
  return (channels === 1 ? picture.toColourspace('b-w') : picture).jpeg(options).toBuffer();
}

const pictures = {
  width: fc.integer({ min: 1, max: 90 }),
  height: fc.integer({ min: 1, max: 70 }),
  channels: fc.constantFrom(1 as const, 3 as const),
  options: fc.record({
    quality: fc.integer({ min: 1, max: 100 }),
    chromaSubsampling: fc.constantFrom('4:2:0', '4:4:4'),
    optimiseCoding: fc.boolean(),
    progressive: fc.boolean(),
  }),
};

test('complete files lack no blocks', async () => {
  const property = fc.asyncProperty(fc.record(pictures), async ({ width, height, channels, options }) => {
    expect(missingJpegBlocks(await write(width, height, channels, options))).toBeUndefined();
  });
  await fc.assert(property, { numRuns: 100 });
});

test('files truncated anywhere in their pixels, with an end marker, lack blocks', async () => {
  const file = await write(160, 96, 3, { quality: 80 });
  const scan = file.indexOf(Buffer.from([0xff, 0xda])) + 14;
  for (let to = scan; to < file.length - 4; to += 101) {
    expect(missingJpegBlocks(Buffer.concat([file.subarray(0, to), end]))).toMatch(
      /cut off: of its 160×96 pixels, \d+ of 60 units/,
    );
  }
});

test('random bytes give a result', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
    missingJpegBlocks(Uint8Array.of(0xff, 0xd8, ...noise));
  });
  fc.assert(property);
});
