import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mapFromBytes, mapToBytes, shrinkMap } from './small-map.ts';

const maps = fc
  .tuple(fc.integer({ min: 1, max: 23 }), fc.integer({ min: 1, max: 17 }))
  .chain(([width, height]) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      data: fc.float32Array({ minLength: width * height, maxLength: width * height, noNaN: true }),
    }),
  );

describe('shrinkMap', () => {
  test('keeps the highest peak, and every cell is the largest of its pixels', () => {
    fc.assert(
      fc.property(maps, fc.integer({ min: 1, max: 5 }), (map, factor) => {
        const small = shrinkMap(map, factor);
        expect(small).toMatchObject({
          width: Math.ceil(map.width / factor),
          height: Math.ceil(map.height / factor),
        });
        for (let y = 0; y < small.height; y++) {
          for (let x = 0; x < small.width; x++) {
            let largest = -Infinity;
            for (let v = y * factor; v < Math.min(map.height, (y + 1) * factor); v++) {
              for (let u = x * factor; u < Math.min(map.width, (x + 1) * factor); u++) {
                largest = Math.max(largest, map.data[v * map.width + u] as number);
              }
            }
            expect(small.data[y * small.width + x]).toBe(largest);
          }
        }
      }),
    );
  });
});

describe('a map in the store', () => {
  test('is read back unchanged', () => {
    fc.assert(
      fc.property(maps, (map) => {
        const small = shrinkMap(map, 1);
        expect(mapFromBytes(mapToBytes(small))).toEqual(small);
      }),
    );
  });

  test('is absent if bytes are missing', () => {
    const bytes = mapToBytes(shrinkMap({ width: 3, height: 2, data: new Float32Array(6) }, 1));
    expect(mapFromBytes(bytes.subarray(0, 5))).toBeUndefined();
    expect(mapFromBytes(bytes.subarray(0, bytes.length - 4))).toBeUndefined();
  });
});
