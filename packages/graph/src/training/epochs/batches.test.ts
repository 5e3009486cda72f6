import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostTensor, TensorMismatchError, createRandom } from '@oddpixel/contract';
import { shuffledBatches, stackTensors } from './batches.ts';

test('an epoch shows every item once, in batches of nearly equal size', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.integer({ min: 1, max: 20 }), fc.nat(), (count, size, seed) => {
      const items = Array.from({ length: count }, (_, i) => i);
      const batches = shuffledBatches(items, size, createRandom(seed));
      expect(batches.flat().sort((a, b) => a - b)).toEqual(items);
      expect(batches).toHaveLength(Math.ceil(count / size));
      const sizes = batches.map(({ length }) => length);
      if (count > 0) expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(size);
      expect(shuffledBatches(items, size, createRandom(seed))).toEqual(batches);
    }),
  );
});

test('every item can come at every place', () => {
  const random = createRandom(3);
  const counts = Array.from({ length: 16 }, () => 0);
  const rounds = 8000;
  for (let round = 0; round < rounds; round++) {
    random.shuffled([0, 1, 2, 3]).forEach((item, place) => {
      counts[4 * item + place] = (counts[4 * item + place] ?? 0) + 1;
    });
  }
  // Deviation of a count: √(8000 · ¼ · ¾) = 39; five of them.
  for (const count of counts) expect(Math.abs(count - rounds / 4)).toBeLessThan(195);
});

test('stackTensors keeps the order of the tensors', () => {
  const row = (...values: number[]): ReturnType<typeof stackTensors> =>
    hostTensor('float32', [1, values.length], Float32Array.from(values));
  const stacked = stackTensors([row(1, 2, 3), row(4, 5, 6)]);
  expect(stacked.dims).toEqual([2, 1, 3]);
  expect([...stacked.data]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(() => stackTensors([row(1, 2), row(1)])).toThrow(/only float32 \[1,2\].*received float32 \[1,1\]/);
  expect(() => stackTensors([])).toThrow(TensorMismatchError);
});
