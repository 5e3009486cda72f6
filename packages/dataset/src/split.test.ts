import { DatasetError, ParameterError, type Dataset, type Sample } from '@oddpixel/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeDataset, type SampleDraft } from './dataset.ts';
import { createRandom, shuffled } from './random.ts';
import { carveValidation, largestRemainder, splitDataset } from './split.ts';

/** `good` good images and `bad` defective ones; every `perGroup` in a row share a group. */
function makeImages(good: number, bad: number, perGroup: number = 0, split?: Sample['split']): Dataset {
  const drafts = Array.from({ length: good + bad }, (_, i): SampleDraft => ({
    imageFileName: `${String(i).padStart(4, '0')}.png`,
    imageLabel: i < good ? 'ok' : 'nok',
    group: perGroup > 0 ? `part ${Math.floor(i / perGroup)}` : undefined,
    split,
  }));
  return makeDataset({ imageDir: 'images' }, drafts);
}

function count({ samples }: Dataset, label: Sample['imageLabel'] = 'ok'): Record<string, number> {
  const counts: Record<string, number> = { train: 0, validation: 0, test: 0 };
  for (const { split, imageLabel } of samples) {
    if (imageLabel === label) counts[split ?? 'none'] = (counts[split ?? 'none'] ?? 0) + 1;
  }
  return counts;
}

function expectGroupsTogether({ samples }: Dataset): void {
  const splits = new Map<string | undefined, Set<unknown>>();
  for (const { group, split } of samples) {
    splits.set(group, (splits.get(group) ?? new Set()).add(split));
  }
  for (const [group, found] of splits) if (group !== undefined) expect(found.size).toBe(1);
}

const splitNames = ({ samples }: Dataset): (string | undefined)[] => samples.map(({ split }) => split);

describe('splitDataset', () => {
  test('splits good images by largest remainder and sends all others to test', () => {
    const dataset = splitDataset(makeImages(33, 9), { train: 50, validation: 10, seed: 1 });
    // 16.5, 3.3 and 13.2 of 33.
    expect(count(dataset)).toEqual({ train: 17, validation: 3, test: 13 });
    expect(count(dataset, 'nok')).toEqual({ train: 0, validation: 0, test: 9 });
  });

  test('gives exact counts without groups, and keeps groups in one split, for any numbers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 60 }),
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 5, max: 60 }),
        fc.integer({ min: 0, max: 40 }),
        fc.nat(),
        (good, bad, perGroup, train, validation, seed) => {
          let dataset: Dataset;
          try {
            dataset = splitDataset(makeImages(good, bad, perGroup), { train, validation, seed });
          } catch (error) {
            // Too few images or groups for the percentages.
            expect(error).toBeInstanceOf(DatasetError);
            return;
          }
          expect(count(dataset, 'nok')).toEqual({ train: 0, validation: 0, test: bad });
          expectGroupsTogether(dataset);
          const counts = count(dataset);
          const targets = largestRemainder(good, [train, validation, 100 - train - validation]);
          for (const [index, name] of ['train', 'validation', 'test'].entries()) {
            expect(Math.abs((counts[name] ?? NaN) - (targets[index] ?? NaN))).toBeLessThanOrEqual(
              perGroup > 1 ? 2 * perGroup : 0,
            );
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('sends a group with a defective image to test as a whole', () => {
    // Images 8 and 9 share a group; 9 is defective.
    const dataset = splitDataset(makeImages(9, 3, 2), { train: 50, validation: 0, seed: 3 });
    expect(dataset.samples[8]).toMatchObject({ imageLabel: 'ok', split: 'test' });
    expectGroupsTogether(dataset);
  });

  test('depends on the seed', () => {
    const images = makeImages(40, 5);
    const split = (seed: number): unknown =>
      splitNames(splitDataset(images, { train: 50, validation: 10, seed }));
    expect(split(7)).toEqual(split(7));
    expect(split(7)).not.toEqual(split(8));
    expect(splitNames(images).every((name) => name === undefined)).toBe(true);
  });

  test('gives the same split for a seed as in earlier versions', () => {
    const dataset = splitDataset(makeImages(10, 0), { train: 50, validation: 20, seed: 42 });
    expect(splitNames(dataset).join(' ')).toMatchInlineSnapshot(
      `"train train train train test test test validation validation train"`,
    );
  });

  test('groups by a function and stores the group', () => {
    const dataset = splitDataset(makeImages(20, 0), {
      train: 50,
      validation: 0,
      seed: 0,
      groupBy: ({ imageId }) => `pair ${imageId >> 1}`,
    });
    expect(dataset.samples[7]?.group).toBe('pair 3');
    expectGroupsTogether(dataset);
    expect(count(dataset)).toEqual({ train: 10, validation: 0, test: 10 });
  });

  test('does not split twice unless overwrite is set', () => {
    const once = splitDataset(makeImages(10, 2), { train: 50, validation: 10, seed: 1 });
    expect(() => splitDataset(once, { train: 50, validation: 10, seed: 1 })).toThrow(DatasetError);
    const again = splitDataset(once, { train: 80, validation: 10, seed: 2, overwrite: true });
    expect(count(again)).toEqual({ train: 8, validation: 1, test: 1 });
  });

  test('accepts percentages of 0 and 100', () => {
    expect(count(splitDataset(makeImages(7, 2), { train: 100, validation: 0, seed: 1 }))).toMatchObject({
      train: 7,
    });
    expect(count(splitDataset(makeImages(7, 2), { train: 0, validation: 0, seed: 1 }))).toMatchObject({
      test: 7,
    });
  });

  test('refuses impossible splits', () => {
    const images = makeImages(5, 5);
    for (const bad of [
      { train: 101 },
      { train: -1 },
      { train: NaN },
      { validation: 60 },
      { seed: 0.5 },
      { seed: -1 },
    ]) {
      expect(() => splitDataset(images, { train: 50, validation: 10, seed: 1, ...bad })).toThrow(
        ParameterError,
      );
    }
    expect(() => splitDataset(makeImages(0, 5), { train: 50, validation: 0, seed: 1 })).toThrow(
      /no good image among the 5 images/,
    );
    expect(() => splitDataset(makeImages(6, 0, 6), { train: 50, validation: 20, seed: 1 })).toThrow(
      /no good image is left for validation \(6 good images in 1 groups\)/,
    );
  });
});

describe('carveValidation', () => {
  test('moves the share of good training images and leaves the others alone', () => {
    const { samples: test, ...rest } = makeImages(3, 2, 0, 'test');
    const dataset = {
      ...rest,
      samples: [
        ...makeImages(40, 0, 0, 'train').samples,
        ...test.map((sample) => ({ ...sample, imageId: 40 + sample.imageId })),
      ],
    };
    const carved = carveValidation(dataset, { share: 0.2, seed: 5 });
    expect(count(carved)).toEqual({ train: 32, validation: 8, test: 3 });
    expect(count(carved, 'nok')).toEqual({ train: 0, validation: 0, test: 2 });
    expect(splitNames(carved)).toEqual(splitNames(carveValidation(dataset, { share: 0.2, seed: 5 })));
    expect(splitNames(carved)).not.toEqual(splitNames(carveValidation(dataset, { share: 0.2, seed: 6 })));
  });

  test('moves whole groups, at least one, never all', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 7 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.nat(),
        (good, perGroup, share, seed) => {
          fc.pre(good > perGroup);
          const carved = carveValidation(makeImages(good, 0, perGroup, 'train'), { share, seed });
          expectGroupsTogether(carved);
          const { train = 0, validation = 0 } = count(carved);
          expect(Math.min(train, validation)).toBeGreaterThan(0);
          if (perGroup === 1) {
            expect(validation).toBe(Math.min(good - 1, Math.max(1, Math.round(good * share))));
          } else expect(Math.abs(validation - good * share)).toBeLessThanOrEqual(perGroup + 1);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('refuses a second validation split, invalid shares and too few images', () => {
    const images = makeImages(10, 0, 0, 'train');
    const once = carveValidation(images, { share: 0.5, seed: 1 });
    expect(() => carveValidation(once, { share: 0.5, seed: 1 })).toThrow(/already/);
    for (const share of [0, 1, -1, NaN, 20]) {
      expect(() => carveValidation(images, { share, seed: 1 })).toThrow(ParameterError);
    }
    expect(() => carveValidation(makeImages(1, 0, 0, 'train'), { share: 0.5, seed: 1 })).toThrow(
      DatasetError,
    );
    expect(() => carveValidation(makeImages(6, 0, 6, 'train'), { share: 0.5, seed: 1 })).toThrow(
      DatasetError,
    );
  });
});

describe('random', () => {
  test('is fair: every order of three is as likely as any other', () => {
    const random = createRandom(1);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = shuffled(['a', 'b', 'c'], random).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const n of counts.values()) expect(Math.abs(n - 1000)).toBeLessThan(120);
  });

  test('is fair if the range does not divide that of the generator', () => {
    const random = createRandom(3);
    const low = Array.from({ length: 3000 }, () => random.below(3 * 2 ** 30)).filter((n) => n < 2 ** 30);
    expect(Math.abs(low.length - 1000)).toBeLessThan(120);
  });

  test('covers exactly its range', () => {
    const random = createRandom(99);
    const seen = new Set(Array.from({ length: 300 }, () => random.below(7)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(random.below(1)).toBe(0);
    expect(random.below(2 ** 32)).toBeLessThan(2 ** 32);
  });
});
