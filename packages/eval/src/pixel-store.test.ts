import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LimitExceededError } from '@oddpixel/contract';
import { packPixels, walkPixels } from './pixel-store.ts';
import { radixSort } from './radix-sort.ts';
import { rankScores, sumRanking } from './ranking.ts';

test('radix sort gives the order of the built-in sort', () => {
  const keys = fc.oneof(
    fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 300 }),
    // Digits that all keys share are passes left out.
    fc.array(fc.integer({ min: 0x7ff00000, max: 0x7ff00fff }), { maxLength: 300 }),
  );
  fc.assert(
    fc.property(keys, (list) => {
      const sorted = radixSort(Uint32Array.from(list), new Uint32Array(list.length));
      expect([...sorted]).toEqual(list.toSorted((a, b) => a - b));
    }),
  );
});

const pixels = fc.array(
  fc.record({
    // All magnitudes and signs, both zeros and both infinities, and enough equal values.
    value: fc.oneof(fc.float({ noNaN: true }), fc.constantFrom(-1, -0, 0, 2 ** -149, 1, Infinity)),
    odd: fc.boolean(),
  }),
  { minLength: 1, maxLength: 60 },
);

/** Two maps of one row each. */
function packRows(list: readonly { value: number; odd: boolean }[], regionSizes: number[]) {
  const half = Math.floor(list.length / 2);
  return [list.slice(0, half), list.slice(half)].map((row) =>
    packPixels(
      { width: row.length, height: 1, data: Float32Array.from(row, ({ value }) => value) },
      Uint8Array.from(row, ({ odd }) => (odd ? 255 : 0)),
      regionSizes,
    ),
  );
}

test('pixels rank like a sorted list of their values, whatever the slice size', () => {
  fc.assert(
    fc.property(pixels, fc.constantFrom(1, 5, 1000), (list, sliceSize) => {
      const values = (wanted: boolean): number[] =>
        list.filter(({ odd }) => odd === wanted).map(({ value }) => value);
      const sums = sumRanking(values(false).length, values(true).length);
      walkPixels(packRows(list, []), sums, sliceSize);
      const expected = rankScores(values(false), values(true));
      const measured = sums.finish();
      expect(measured === null).toBe(expected === null);
      for (const name of ['auroc', 'ap', 'f1Max'] as const) {
        expect(measured?.[name] ?? 0).toBeCloseTo(expected?.[name] ?? 0, 12);
      }
      // −0 and 0 are one threshold.
      expect((measured?.f1MaxThreshold ?? 0) === (expected?.f1MaxThreshold ?? 0)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('every anomalous pixel is visited once, with its region, before its value', () => {
  fc.assert(
    fc.property(pixels, fc.constantFrom(1, 5, 1000), (list, sliceSize) => {
      const regionSizes: number[] = [];
      const images = packRows(list, regionSizes);
      const visited = regionSizes.map(() => 0);
      let good = 0;
      let pending = 0;
      let last = Infinity;
      walkPixels(
        images,
        {
          visitOddPixel: (region) => {
            pending++;
            visited[region] = (visited[region] ?? Number.NaN) + 1;
          },
          visit: (value, goodHere, oddHere) => {
            expect(oddHere).toBe(pending);
            pending = 0;
            good += goodHere;
            if (oddHere === 0) return;
            expect(value).toBeLessThanOrEqual(last);
            last = value;
          },
        },
        sliceSize,
      );
      expect(visited).toEqual(regionSizes);
      expect(good).toBe(list.filter(({ odd }) => !odd).length);
    }),
  );
});

test('more regions than can be numbered are refused and leave no trace', () => {
  const side = 2900;
  const mask = new Uint8Array(side * side);
  for (let y = 0; y < side; y += 2) for (let x = 0; x < side; x += 2) mask[y * side + x] = 1;
  const map = { width: side, height: side, data: new Float32Array(side * side) };
  const regionSizes: number[] = [];
  expect(() => packPixels(map, mask, regionSizes)).toThrow(LimitExceededError);
  expect(regionSizes).toHaveLength(0);
});
