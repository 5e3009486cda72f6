/** Streams that zlib wrote, whole and cut, against what went in. */
import { constants, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inflateDamaged } from './inflate-damaged.ts';

const contents = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  // Repetitions near and far.
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 2000 }))
    .map(([part, times]) =>
      Uint8Array.from({ length: part.length * times }, (_, i) => part[i % part.length] as number),
    ),
);
const settings = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
});

test('a complete stream is restored', () => {
  const property = fc.property(contents, settings, (content, options) => {
    const stream = deflateSync(content, options);
    const middle = stream.length >> 1;
    const parts = [stream.subarray(0, middle), stream.subarray(middle)];
    expect(Buffer.compare(inflateDamaged(parts, content.length), content)).toBe(0);
    // More than there is: zeros.
    expect(inflateDamaged(parts, content.length + 3).subarray(-3)).toEqual(new Uint8Array(3));
  });
  fc.assert(property, { numRuns: 200 });
});

test('a truncated stream gives its beginning, then zeros', () => {
  const property = fc.property(
    contents,
    settings,
    fc.double({ min: 0, max: 1, noNaN: true }),
    (content, options, part) => {
      const stream = deflateSync(content, options);
      const found = inflateDamaged([stream.subarray(0, part * stream.length)], content.length);
      let equal = 0;
      while (equal < content.length && found[equal] === content[equal]) equal++;
      expect(found.subarray(equal).every((byte) => byte === 0)).toBe(true);
    },
  );
  fc.assert(property, { numRuns: 200 });
});

test('most of the beginning is kept', () => {
  const content = Uint8Array.from({ length: 60_000 }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 24) & 63);
  const stream = deflateSync(content, { strategy: constants.Z_HUFFMAN_ONLY });
  const found = inflateDamaged([stream.subarray(0, stream.length / 2)], content.length);
  expect(Buffer.compare(found.subarray(0, 20_000), content.subarray(0, 20_000))).toBe(0);
});

test('random bytes give a result of the requested length', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
    expect(inflateDamaged([noise], 5000)).toHaveLength(5000);
  });
  fc.assert(property, { numRuns: 500 });
});
