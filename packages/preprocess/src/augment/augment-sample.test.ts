import { createHash } from 'node:crypto';
import { hostTensor, ParameterError, TensorMismatchError, type PreprocessedSample } from '@oddpixel/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAugmentParams, type AugmentParams } from './augment-params.ts';
import { applyAugmentation, augmentSample } from './augment-sample.ts';
import { augmentSeed, type AugmentOccasion } from './augment-seed.ts';
import { drawAugmentation, type Augmentation } from './draw.ts';

/** A small seeded generator (D. H. Lehmer's, with multiplier 48,271): exact in doubles. */
function lehmer(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state - 1) / 2_147_483_646;
  };
}

const randomFor = (occasion: AugmentOccasion): (() => number) => lehmer(augmentSeed(occasion));

function sampleOf(
  channels: number,
  width: number,
  height: number,
  of: (x: number, y: number, c: number) => number,
): PreprocessedSample {
  const pixels = width * height;
  const values = Float32Array.from({ length: channels * pixels }, (_, i) =>
    of(i % width, Math.floor((i % pixels) / width), Math.floor(i / pixels)),
  );
  return {
    imageId: 3,
    image: hostTensor('float32', [channels, height, width], values),
    geometry: {
      sourceWidth: 2 * width,
      sourceHeight: 2 * height,
      box: { x: 0, y: 0, width: 2 * width, height: 2 * height },
      width,
      height,
    },
  };
}

const speckled = (channels: number, width: number, height: number, seed = 1): PreprocessedSample => {
  const random = lehmer(seed);
  return sampleOf(channels, width, height, () => Math.floor(256 * random()));
};

/** Any sample, square or not, gray or coloured. */
const samples: fc.Arbitrary<PreprocessedSample> = fc
  .tuple(
    fc.constantFrom(1, 3),
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 20 }),
    fc.nat(9999),
  )
  .map(([channels, width, height, seed]) => speckled(channels, width, height, seed));

const range = { imageRangeMin: 0, imageRangeMax: 255 };
const everything = createAugmentParams({
  flipHorizontal: true,
  flipVertical: true,
  rotation: 15,
  shiftX: 0.1,
  shiftY: 0.2,
  scale: 0.1,
  brightness: 0.1,
  contrast: 0.2,
  noise: 0.02,
  ...range,
});

const still: Augmentation = {
  flipHorizontal: false,
  flipVertical: false,
  quarterTurns: 0,
  degrees: 0,
  zoom: 1,
  shiftX: 0,
  shiftY: 0,
  brightness: 0,
  contrast: 1,
  noise: 0,
};
const noRandom = (): number => NaN;
const apply = (sample: PreprocessedSample, change: Partial<Augmentation>): PreprocessedSample =>
  applyAugmentation(sample, { ...still, ...change }, noRandom);

const mean = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('augmentSample', () => {
  test('copies everything if nothing is switched on', () => {
    fc.assert(
      fc.property(samples, fc.nat(), (sample, seed) => {
        const copy = augmentSample(sample, createAugmentParams(), lehmer(seed));
        expect(copy).toEqual(sample);
        expect(copy.image.data).not.toBe(sample.image.data);
      }),
    );
  });

  test('keeps the shape, the other fields and the sample itself', () => {
    const sample = { ...speckled(3, 20, 12), group: 'part 7' };
    const before = structuredClone(sample);
    const varied = augmentSample(sample, everything, lehmer(1));
    expect(sample).toEqual(before);
    expect(varied.image.dims).toEqual([3, 12, 20]);
    expect(varied.image.data).not.toEqual(sample.image.data);
    expect(varied).toEqual({ ...sample, image: varied.image });
  });

  test('gives the same bits for the same seed, epoch and image, and others otherwise', () => {
    const sample = speckled(3, 20, 12);
    const bits = (occasion: AugmentOccasion): string =>
      createHash('sha256')
        .update(augmentSample(sample, everything, randomFor(occasion)).image.data)
        .digest('hex');
    const first = bits({ seed: 1, epoch: 2, index: 3 });
    expect(bits({ seed: 1, epoch: 2, index: 3 })).toBe(first);
    const others = [
      { seed: 2, epoch: 2, index: 3 },
      { seed: 1, epoch: 3, index: 3 },
      { seed: 1, epoch: 2, index: 4 },
    ].map(bits);
    expect(new Set([first, ...others]).size).toBe(4);
    // On every machine. Whoever changes what is drawn changes this, and with it every seeded training.
    expect(first).toBe('c4a8caadb44f056b8d29fab808257eaf92d49c3c1e42cb47c46f5f2d8f3a50d8');
  });

  test('leaves the draws of other changes as they were if one is switched on', () => {
    const draw = (params: AugmentParams): Augmentation => drawAugmentation(params, 40, 30, lehmer(5));
    const drawn = draw(everything);
    for (const [name, kept] of [
      ['rotation', { degrees: 0 }],
      ['brightness', { brightness: 0 }],
      ['shiftX', { shiftX: 0 }],
    ] as const) {
      expect(draw({ ...everything, [name]: 0 })).toEqual({ ...drawn, ...kept });
    }
    expect(draw({ ...everything, flipHorizontal: false })).toEqual({ ...drawn, flipHorizontal: false });
  });

  test('draws within the ranges, including both ends', () => {
    const params = { ...everything, rightAngleTurns: true };
    const lowest = drawAugmentation(params, 40, 30, () => 0);
    const middle = drawAugmentation(params, 40, 30, () => 0.5);
    const highest = drawAugmentation(params, 40, 30, () => 1 - 2 ** -32);
    const numbers = ({
      quarterTurns,
      degrees,
      zoom,
      shiftX,
      shiftY,
      brightness,
      contrast,
      noise,
    }: Augmentation) => [quarterTurns, degrees, zoom, shiftX, shiftY, brightness, contrast, noise] as const;
    const close = (drawn: Augmentation, expected: readonly number[]): void => {
      for (const [i, value] of numbers(drawn).entries()) expect(value).toBeCloseTo(expected[i] ?? NaN, 5);
    };
    close(lowest, [0, -15, 0.9, -4, -6, -25.5, 0.8, 0]);
    close(middle, [2, 0, 1, 0, 0, 0, 1, 2.55]);
    close(highest, [3, 15, 1.1, 4, 6, 25.5, 1.2, 5.1]);
    // Shares are rounded to whole pixels: 2.9 and 1.45.
    const { shiftX, shiftY } = drawAugmentation(
      { ...params, shiftX: 0.29, shiftY: 0.29 },
      10,
      5,
      () => 1 - 2 ** -32,
    );
    expect([shiftX, shiftY]).toEqual([3, 1]);
    expect([lowest.flipHorizontal, lowest.flipVertical]).toEqual([true, true]);
    expect([highest.flipHorizontal, highest.flipVertical]).toEqual([false, false]);
  });

  test('turns by right angles for square images only', () => {
    const params = createAugmentParams({ rightAngleTurns: true });
    expect(() => augmentSample(speckled(1, 8, 6), params, lehmer(1))).toThrow(ParameterError);
    expect(() => augmentSample(speckled(1, 8, 6), params, lehmer(1))).toThrow(
      /a square image for `rightAngleTurns`, received one of 8×6\. Use rotation/,
    );
    const sample = speckled(3, 7, 7);
    const turned = [0, 0.25, 0.5, 0.75].map((u) => augmentSample(sample, params, () => u).image.data);
    expect(new Set(turned.map((data) => data.join())).size).toBe(4);
    for (const data of turned) expect(data.toSorted()).toEqual(sample.image.data.toSorted());
  });

  test.each([1, -0.1, 57, NaN])('refuses the random number %d', (value) => {
    expect(() => augmentSample(speckled(1, 8, 6), everything, () => value)).toThrow(ParameterError);
  });

  test('refuses an image of another size than its geometry', () => {
    const { geometry } = speckled(3, 8, 6);
    const { image } = speckled(3, 6, 8);
    const vary = (change: object): unknown =>
      augmentSample({ image, geometry: { ...geometry, ...change } }, everything, lehmer(1));
    for (const change of [{}, { width: 6 }, { height: 8 }]) {
      expect(() => vary(change)).toThrow(TensorMismatchError);
    }
    expect(() => vary({})).toThrow(/\[C,6,8\].*\[3,8,6\]/);
  });
});

describe('geometry', () => {
  const at = ({ image: { data, dims } }: PreprocessedSample, x: number, y: number, c: number): number =>
    data[(c * (dims[1] ?? NaN) + y) * (dims[2] ?? NaN) + x] ?? NaN;

  /** Compares every pixel with where it must come from. */
  function expectPixels(
    varied: PreprocessedSample,
    sample: PreprocessedSample,
    from: (x: number, y: number) => readonly [number, number],
  ): void {
    const { width, height } = sample.geometry;
    const [channels = NaN] = sample.image.dims;
    const expected = sampleOf(channels, width, height, (x, y, c) => at(sample, ...from(x, y), c));
    expect(varied.image.data).toEqual(expected.image.data);
  }

  test('is flipped exactly, and a second flip undoes the first', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const { width, height } = sample.geometry;
        const mirrored = apply(sample, { flipHorizontal: true });
        const upended = apply(sample, { flipVertical: true });
        expectPixels(mirrored, sample, (x, y) => [width - 1 - x, y]);
        expectPixels(upended, sample, (x, y) => [x, height - 1 - y]);
        expect(apply(mirrored, { flipHorizontal: true })).toEqual(sample);
        expect(apply(upended, { flipVertical: true })).toEqual(sample);
      }),
    );
  });

  test('is turned by right angles exactly, clockwise', () => {
    for (const size of [1, 2, 7, 8]) {
      const sample = speckled(3, size, size);
      const once = apply(sample, { quarterTurns: 1 });
      expectPixels(once, sample, (x, y) => [y, size - 1 - x]);
      expect(apply(sample, { degrees: 90 })).toEqual(once);
      expect(apply(once, { quarterTurns: 3 })).toEqual(sample);
      expect(apply(once, { quarterTurns: 1 })).toEqual(apply(sample, { quarterTurns: 2 }));
    }
  });

  test('is shifted exactly and reflected at the border', () => {
    fc.assert(
      fc.property(
        samples,
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: -50, max: 50 }),
        (sample, dx, dy) => {
          const { width, height } = sample.geometry;
          const walk = (position: number, length: number): number => {
            let [place, step] = [0, 1];
            // One step at a time; at an end the walker turns around on the spot.
            for (let i = 0; i < Math.abs(position); i++) {
              if (place + step >= 0 && place + step < length) place += step;
              else step = -step;
            }
            return place;
          };
          // Left of pixel 0 lies its own reflection.
          const source = (position: number, length: number): number =>
            position >= 0 ? walk(position, length) : walk(-1 - position, length);
          expectPixels(apply(sample, { shiftX: dx, shiftY: dy }), sample, (x, y) => [
            source(x - dx, width),
            source(y - dy, height),
          ]);
        },
      ),
    );
  });

  const smooth = sampleOf(
    3,
    64,
    48,
    (x, y, c) => 128 + 60 * Math.sin((x + 5 * c) / 9) + 50 * Math.cos((y - x / 3) / 8),
  );

  /** Largest difference at least `border` pixels away from the border. */
  function innerDifference(a: PreprocessedSample, b: PreprocessedSample, border: number): number {
    const { width, height } = a.geometry;
    let largest = 0;
    for (let c = 0; c < 3; c++) {
      for (let y = border; y < height - border; y++) {
        for (let x = border; x < width - border; x++) {
          largest = Math.max(largest, Math.abs(at(a, x, y, c) - at(b, x, y, c)));
        }
      }
    }
    return largest;
  }

  test('is nearly restored after turning or zooming there and back', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 5, max: 20, noNaN: true }),
        fc.double({ min: 0.8, max: 1.25, noNaN: true }),
        (degrees, zoom) => {
          const there = apply(smooth, { degrees, zoom });
          expect(innerDifference(there, smooth, 16)).toBeGreaterThan(3);
          const back = apply(there, { degrees: -degrees, zoom: 1 / zoom });
          expect(innerDifference(back, smooth, 16)).toBeLessThan(2);
        },
      ),
    );
  });

  test('turns the object, not the pixels, if preprocessing squeezed the image', () => {
    // A disc in a source of 128×48 is an ellipse in a model image of 64×48: turning leaves it as it is.
    const disc = sampleOf(1, 64, 48, (x, y) => {
      const u = 2 * (x + 0.5) - 64;
      const v = y + 0.5 - 24;
      return 2000 / (10 + (u * u + v * v) / 20);
    });
    const box = { x: 0, y: 0, width: 128, height: 48 };
    const squeezed = { ...disc, geometry: { ...disc.geometry, box } };
    const error = (sample: PreprocessedSample): number => {
      const { data } = apply(sample, { degrees: 35 }).image;
      let largest = 0;
      for (let y = 12; y < 36; y++) {
        for (let x = 20; x < 44; x++) {
          largest = Math.max(largest, Math.abs((data[y * 64 + x] ?? NaN) - at(sample, x, y, 0)));
        }
      }
      return largest;
    };
    expect(error(squeezed)).toBeLessThan(3);
    expect(error(disc)).toBeGreaterThan(15);
  });

  test('moves a domain along with the image', () => {
    const runs = Int32Array.of(1, 2, 5, 2, 2, 4, 2, 6, 7);
    const sample = speckled(1, 8, 6);
    const kept: PreprocessedSample = {
      ...sample,
      geometry: { ...sample.geometry, domain: { width: 8, height: 6, runs } },
    };
    const moved = apply(kept, { flipHorizontal: true, shiftY: 2 });
    // Row 0 is the reflection of what row 3 shows.
    expect([...(moved.geometry.domain?.runs ?? [])]).toEqual([0, 3, 6, 3, 3, 6, 4, 1, 2, 4, 4, 6]);
    expect(kept.geometry.domain?.runs).toBe(runs);
  });
});

describe('gray values', () => {
  test('change by exactly the drawn brightness', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 0, max: 255 }), (sample, step) => {
        const params = createAugmentParams({ brightness: 0.5, imageRangeMin: -64, imageRangeMax: 64 });
        // The draw 0.5 is no change; 64 gray values either way.
        const data = augmentSample(sample, params, () => step / 256).image.data;
        const change = ((2 * step) / 256 - 1) * 64;
        expect(data).toEqual(sample.image.data.map((value) => value + change));
        expect(mean(data) - mean(sample.image.data)).toBeCloseTo(change, 9);
      }),
    );
  });

  test('are stretched about the mean of the image by contrast, without clamping', () => {
    const sample = speckled(3, 20, 12);
    const middle = mean(sample.image.data);
    const { data } = apply(sample, { contrast: 1.5 }).image;
    expect(mean(data)).toBeCloseTo(middle, 4);
    for (const [i, value] of data.entries()) {
      expect(value - middle).toBeCloseTo(1.5 * ((sample.image.data[i] ?? NaN) - middle), 3);
    }
    expect(Math.max(...data)).toBeGreaterThan(255);
    expect(Math.min(...data)).toBeLessThan(0);
  });

  test('get noise of the drawn deviation, a different one for every value', () => {
    const flat = sampleOf(3, 96, 64, () => 100);
    const { data } = applyAugmentation(flat, { ...still, noise: 4 }, lehmer(7)).image;
    expect(mean(data)).toBeCloseTo(100, 0);
    const deviation = (values: Float32Array): number =>
      Math.sqrt(mean(values.map((value) => (value - 100) * (value - 100))));
    expect(deviation(data)).toBeGreaterThan(3.9);
    expect(deviation(data)).toBeLessThan(4.1);
    // As a Gaussian: 68 % within one deviation, 95 % within two.
    const within = (limit: number): number =>
      data.filter((value) => Math.abs(value - 100) < limit).length / data.length;
    expect(within(4)).toBeCloseTo(0.68, 1);
    expect(within(8)).toBeCloseTo(0.95, 1);
    expect(new Set(data).size).toBeGreaterThan(data.length / 2);
  });
});
