import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openSketcher, sketchSet } from './near-equal.ts';
import { createRandom } from '@oddpixel/contract';

/** 12 × 20 patches of 24 features with a mean of 0. */
const [perImage, dims] = [240, 24];

function image(seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: perImage * dims }, () => random.next() - 0.5);
}

/** Root mean square difference as a share of √2 × the root mean square of unrelated images. */
function mixed(a: Float32Array, b: Float32Array, distance: number): Float32Array {
  const share = distance * Math.SQRT2;
  return a.map((value, i) => Math.sqrt(1 - share ** 2) * value + share * (b[i] as number));
}

test('images closer than a twentieth of the distance of unrelated ones are near-equal, others are not', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (seed, share) => {
        const distance = share * 0.5;
        // The sketch gives distances to a few percent.
        fc.pre(Math.abs(distance / 0.05 - 1) > 0.25);
        const sketch = openSketcher(perImage, dims);
        const set = sketchSet();
        for (let other = 1; other <= 6; other++) expect(set.add(sketch(image(seed + other)))).toBeUndefined();
        const near = mixed(image(seed + 3), image(seed + 100), distance);
        expect(set.add(sketch(near))).toBe(distance < 0.05 ? 2 : undefined);
        expect(set.pairs()).toEqual(distance < 0.05 ? [[2, 6]] : []);
      },
    ),
    { numRuns: 200 },
  );
});

test('images without any features are near-equal', () => {
  const sketch = openSketcher(perImage, dims);
  const set = sketchSet();
  for (let i = 0; i < 3; i++) set.add(sketch(new Float32Array(perImage * dims)));
  expect(set.pairs()).toEqual([
    [0, 1],
    [0, 2],
    [1, 2],
  ]);
});
