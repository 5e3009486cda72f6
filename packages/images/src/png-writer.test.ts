import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ImageFormatError, type Raster } from '@oddpixel/contract';
import { decodePng } from './png.ts';
import { encodePng } from './png-writer.ts';

const anyRaster: fc.Arbitrary<Raster> = fc
  .record({
    width: fc.integer({ min: 1, max: 9 }),
    height: fc.integer({ min: 1, max: 9 }),
    channels: fc.integer({ min: 1, max: 4 }),
    isDeep: fc.boolean(),
  })
  .chain(({ isDeep, ...shape }) => {
    const exactly = shape.width * shape.height * shape.channels;
    const options = { minLength: exactly, maxLength: exactly };
    return (isDeep ? fc.uint16Array(options) : fc.uint8Array(options)).map((data) => ({ ...shape, data }));
  });

test('a written PNG is read back with the same values', async () => {
  await fc.assert(
    fc.asyncProperty(anyRaster, async (raster) => {
      const { hasAlpha, ...read } = await decodePng(await encodePng(raster));
      expect(read).toEqual(raster);
      expect(hasAlpha ?? false).toBe(raster.channels % 2 === 0);
    }),
  );
});

test.each<[string, Raster]>([
  ['floats', { width: 2, height: 1, channels: 1, data: new Float32Array(2) }],
  ['five channels', { width: 2, height: 1, channels: 5, data: new Uint8Array(10) }],
  ['too few values', { width: 2, height: 3, channels: 1, data: new Uint8Array(5) }],
])('writing %s as PNG throws ImageFormatError', async (_, raster) => {
  await expect(encodePng(raster)).rejects.toThrow(ImageFormatError);
});
