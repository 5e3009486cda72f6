import { ParameterError, type AnomalyImage, type Region } from '@oddpixel/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mapToSource, resizeMap, resizeRaster } from './resize.ts';

const linear = (width: number, height: number): AnomalyImage => ({
  width,
  height,
  // Linear over the unit square, at pixel middles.
  data: Float32Array.from(
    { length: width * height },
    (_, i) => (3 * ((i % width) + 0.5)) / width - (2 * (Math.floor(i / width) + 0.5)) / height,
  ),
});

describe('resizeRaster', () => {
  test('keeps type and channels, and rounds', () => {
    const data = Uint8Array.of(10, 0, 255, 20, 0, 255);
    const grown = resizeRaster({ width: 2, height: 1, channels: 3, data }, 4, 2);
    expect(grown).toMatchObject({ width: 4, height: 2, channels: 3 });
    expect(grown.data).toBeInstanceOf(Uint8Array);
    // Red at ¼ and ¾ between 10 and 20: 12.5 and 17.5, rounded up.
    expect([...grown.data].filter((_, i) => i % 3 === 0)).toEqual([10, 13, 18, 20, 10, 13, 18, 20]);
    expect([...grown.data].filter((_, i) => i % 3 === 2)).toEqual(Array.from({ length: 8 }, () => 255));
  });

  test('uses the full 16-bit range and keeps floats', () => {
    const white = { width: 9, height: 7, channels: 1, data: new Uint16Array(63).fill(65_535) };
    expect(new Set(resizeRaster(white, 4, 5).data)).toEqual(new Set([65_535]));
    const float = { width: 2, height: 1, channels: 1, data: Float32Array.of(0, 1) };
    expect([...resizeRaster(float, 4, 1).data]).toEqual([0, 0.25, 0.75, 1]);
  });

  test('refuses invalid sizes', () => {
    const raster = { width: 1, height: 1, channels: 1, data: Uint8Array.of(1) };
    for (const size of [0, -1, 1.5, NaN]) {
      expect(() => resizeRaster(raster, size, 4)).toThrow(ParameterError);
      expect(() => resizeRaster(raster, 4, size)).toThrow(ParameterError);
    }
  });
});

describe('resizeMap', () => {
  test('interpolates between pixel middles and holds the edges', () => {
    const map = { width: 2, height: 1, data: Float32Array.of(0, 8) };
    expect([...resizeMap(map, 8, 1).data]).toEqual([0, 0, 1, 3, 5, 7, 8, 8]);
  });

  test('keeps a map of the same size and a linear one inside', () => {
    const size = fc.integer({ min: 2, max: 40 });
    fc.assert(
      fc.property(size, size, size, size, (w, h, toW, toH) => {
        const map = linear(w, h);
        expect(resizeMap(map, w, h)).toEqual(map);
        const resized = resizeMap(map, toW, toH);
        const expected = linear(toW, toH);
        for (let y = 0; y < toH; y++) {
          for (let x = 0; x < toW; x++) {
            const [u, v] = [((x + 0.5) * w) / toW, ((y + 0.5) * h) / toH];
            if (u < 0.5 || u > w - 0.5 || v < 0.5 || v > h - 0.5) continue;
            expect(resized.data[y * toW + x]).toBeCloseTo(expected.data[y * toW + x] ?? NaN, 5);
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('mapToSource', () => {
  const geometry = {
    sourceWidth: 12,
    sourceHeight: 9,
    box: { x: 2, y: 3, width: 8, height: 4 },
    width: 4,
    height: 2,
  };

  test('puts the map into its box', () => {
    const map = { width: 4, height: 2, data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
    const placed = mapToSource(map, geometry, { fill: -1 });
    expect(placed).toMatchObject({ width: 12, height: 9 });
    const enlarged = resizeMap(map, 8, 4);
    for (let y = 0; y < 9; y++) {
      for (let x = 0; x < 12; x++) {
        const inside = x >= 2 && x < 10 && y >= 3 && y < 7;
        const expected = inside ? enlarged.data[(y - 3) * 8 + x - 2] : -1;
        expect(placed.data[y * 12 + x]).toBe(expected);
      }
    }
  });

  test('leaves out pixels outside a kept domain', () => {
    const map = { width: 4, height: 2, data: new Float32Array(8).fill(5) };
    const domain: Region = { width: 4, height: 2, runs: Int32Array.of(0, 1, 3) };
    const placed = mapToSource(map, { ...geometry, domain });
    const marked = [...placed.data].flatMap((value, i) => (value === 5 ? [i] : []));
    const expected = [3, 4].flatMap((y) => [4, 5, 6, 7].map((x) => y * 12 + x));
    expect(marked).toEqual(expected);
  });

  test('refuses a map of another size', () => {
    expect(() => mapToSource({ width: 2, height: 4, data: new Float32Array(8) }, geometry)).toThrow(
      ParameterError,
    );
  });
});
