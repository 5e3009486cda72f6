import { ParameterError } from '@oddpixel/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAugmentParams, type AugmentParams } from './augment-params.ts';
import { augmentSeed } from './augment-seed.ts';

const create = (options: unknown): AugmentParams => createAugmentParams(options as Partial<AugmentParams>);

test('every change is off by default', () => {
  const off = {
    flipHorizontal: false,
    flipVertical: false,
    rightAngleTurns: false,
    rotation: 0,
    shiftX: 0,
    shiftY: 0,
    scale: 0,
    brightness: 0,
    contrast: 0,
    noise: 0,
  };
  expect(createAugmentParams()).toEqual(off);
  expect(create({ rotation: undefined, imageRangeMin: undefined })).toEqual(off);
});

test('the parameters are plain JSON that is read back equal', () => {
  const params = createAugmentParams({
    flipVertical: true,
    rotation: 180,
    shiftX: 0.5,
    scale: 0.5,
    brightness: 1,
    contrast: 0.9,
    noise: 0.01,
    imageRangeMin: -127,
    imageRangeMax: 128,
  });
  expect(create(JSON.parse(JSON.stringify(params)))).toEqual(params);
});

const range = { imageRangeMin: 0, imageRangeMax: 255 };

test.each([
  [{ rotate: 5 }, /unknown parameter `rotate`/],
  [{ flipHorizontal: 1 }, /true or false for `flipHorizontal`, received 1/],
  [{ rightAngleTurns: null }, /true or false/],
  [{ rotation: 181 }, /from 0 to 180 for `rotation`, received 181/],
  [{ rotation: -1 }, /from 0 to 180/],
  [{ rotation: NaN }, /received NaN/],
  [{ rotation: '5' }, /received "5"/],
  [{ shiftX: 0.6 }, /from 0 to 0.5/],
  [{ shiftY: Infinity }, /from 0 to 0.5/],
  [{ scale: 0.51 }, /from 0 to 0.5/],
  [{ contrast: 1, ...range }, /from 0 to 0.9/],
  [{ brightness: 1.1, ...range }, /from 0 to 1/],
  [{ brightness: 0.1 }, /`imageRangeMin`.*imageRangeMax of the preprocessing parameters/],
  [{ noise: 0.1 }, /the end of the gray value range, with noise for `imageRangeMin`/],
  [{ noise: 0.1, imageRangeMin: 0 }, /`imageRangeMax`, received nothing/],
  [{ imageRangeMax: 255 }, /a number for `imageRangeMin`/],
  [{ imageRangeMin: 5, imageRangeMax: 5 }, /above imageRangeMin \(5\)/],
  [null, /an object for `options`, received null/],
  [[], /an object/],
])('createAugmentParams refuses %j', (options, message) => {
  expect(() => create(options)).toThrow(ParameterError);
  expect(() => create(options)).toThrow(message);
});

test('augmentSeed gives every image, epoch and training its own seed', () => {
  const seeds = new Set<number>();
  for (let seed = 0; seed < 4; seed++) {
    for (let epoch = 0; epoch < 10; epoch++) {
      for (let index = 0; index < 100; index++) seeds.add(augmentSeed({ seed, epoch, index }));
    }
  }
  expect(seeds.size).toBe(4000);
  // The same on every machine, so also tomorrow.
  expect(augmentSeed({ seed: 0, epoch: 0, index: 0 })).toBe(354805152);
  expect(augmentSeed({ seed: 2 ** 31 - 1, epoch: 29, index: 999 })).toBe(71352665);
});

test('augmentSeed spreads seeds over all 32 bits', () => {
  const ones = new Int32Array(32);
  for (let index = 0; index < 4000; index++) {
    const seed = augmentSeed({ seed: 1, epoch: 1, index });
    for (let bit = 0; bit < 32; bit++) ones[bit] = (ones[bit] ?? 0) + ((seed >>> bit) & 1);
  }
  for (const count of ones) expect(Math.abs(count - 2000)).toBeLessThan(200);
});

test('augmentSeed refuses seeds that are not whole numbers', () => {
  const bad = fc.constantFrom(-1, 0.5, NaN, 2 ** 31, Infinity);
  fc.assert(
    fc.property(bad, fc.constantFrom('seed', 'epoch', 'index'), (value, name) => {
      const occasion = { seed: 1, epoch: 2, index: 3, [name]: value };
      expect(() => augmentSeed(occasion)).toThrow(ParameterError);
      expect(() => augmentSeed(occasion)).toThrow(`\`${name}\``);
    }),
  );
});
