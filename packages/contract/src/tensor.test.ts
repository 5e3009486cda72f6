import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allFinite } from './tensor.ts';

const anyBits = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 40 });

test('allFinite agrees with Number.isFinite on all bits of float32, in views too', () => {
  fc.assert(
    fc.property(anyBits, fc.nat(5), (bits, skipped) => {
      const values = new Float32Array(Int32Array.from(bits).buffer).subarray(skipped);
      expect(allFinite(values)).toBe(values.every(Number.isFinite));
    }),
  );
});

test.each([
  [0, true],
  [-0, true],
  [3.4028234663852886e38, true],
  [-3.4028234663852886e38, true],
  [1.401298464324817e-45, true],
  [Infinity, false],
  [-Infinity, false],
  [NaN, false],
])('allFinite of an array that ends with %d is %s', (value, finite) => {
  expect(allFinite(Float32Array.of(1, -2, value))).toBe(finite);
});
