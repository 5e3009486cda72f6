import { ImageFormatError, type Raster } from '@oddpixel/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { marksSomething, uniteMasks, type MaskImage } from './unite-masks.ts';

const mask = (raster: Raster, lossy = false, path = 'a.png'): MaskImage => ({ raster, lossy, path });
const gray = (width: number, height: number, data: Raster['data']): Raster => ({
  width,
  height,
  channels: 1,
  data,
});

describe('masks of one image', () => {
  test('are united into what any of them marks, whatever the values', () => {
    const size = { minLength: 6, maxLength: 6 };
    const values = fc.array(fc.constantFrom(0, 0, 1, 7, 255), size);
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 4 }), (images) => {
        const [first, ...more] = images.map((data) => mask(gray(3, 2, Uint8Array.from(data))));
        const united = uniteMasks([first as MaskImage, ...more]);
        expect(united).toMatchObject({ width: 3, height: 2, channels: 1 });
        expect([...united.data]).toEqual(
          images[0]?.map((_, pixel) => (images.some((data) => (data[pixel] ?? 0) > 0) ? 255 : 0)),
        );
        expect(images.some((data) => marksSomething(mask(gray(3, 2, Uint8Array.from(data)))))).toBe(
          [...united.data].some((value) => value > 0),
        );
      }),
    );
  });

  test('may differ in depth, channels, alpha and compression', () => {
    const united = uniteMasks([
      mask(gray(5, 1, Uint16Array.of(0, 300, 0, 0, 0))),
      mask({
        width: 5,
        height: 1,
        channels: 2,
        hasAlpha: true,
        data: Uint8Array.of(9, 0, 0, 255, 9, 255, 0, 0, 0, 0),
      }),
      mask(gray(5, 1, Uint8Array.of(127, 0, 0, 128, 0)), true),
      mask(gray(5, 1, Float32Array.of(0, 0, 0, 0, 0))),
    ]);
    expect([...united.data]).toEqual([0, 255, 255, 255, 0]);
  });

  test('of another size than the first throw an error that names the file', () => {
    const masks = [
      mask(gray(3, 2, new Uint8Array(6))),
      mask(gray(2, 3, new Uint8Array(6)), false, 'b.png'),
    ] as const;
    expect(() => uniteMasks(masks)).toThrow(ImageFormatError);
    expect(() => uniteMasks(masks)).toThrow(/b\.png: .*2×3 pixels.*a\.png, 3×2/);
  });
});
