import { expect, test } from 'vitest';
import { packColours } from './pack-colours.ts';

test.each([0, 1, 2, 3, 4, 5, 7, 8, 33 * 17])('%i pixels lose their alpha and nothing else', (count) => {
  const pixels = Uint8Array.from({ length: 4 * count }, (_, i) =>
    i % 4 === 3 ? 255 : Math.imul(i, 2_654_435_761) >>> 13,
  );
  const expected = pixels.filter((_, i) => i % 4 !== 3);
  expect(packColours(pixels)).toEqual({ data: expected, isOpaque: true });
  // From the middle of a buffer as well.
  const within = new Uint8Array(pixels.length + 8);
  within.set(pixels, 4);
  expect(packColours(within.subarray(4, 4 + pixels.length)).data).toEqual(expected);
});

test('a single pixel that is not opaque is detected at any place', () => {
  for (let pixel = 0; pixel < 11; pixel++) {
    const pixels = new Uint8Array(44).fill(255);
    pixels[4 * pixel + 3] = 254;
    expect([pixel, packColours(pixels).isOpaque]).toEqual([pixel, false]);
  }
});
