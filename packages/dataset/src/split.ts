/** Who trains, who calibrates, who is kept for the test. */
import {
  DatasetError,
  fillParameters,
  ParameterError,
  type Dataset,
  type ParameterOptions,
  type Sample,
  type Split,
} from '@oddpixel/contract';
import { collectGroups, groupName, type GroupBy } from './groups.ts';
import { knownFields } from './known-fields.ts';
import { createRandom, shuffled } from './random.ts';
import { carveParameters, splitParameters } from './split-parameters.ts';

/** Defaults and ranges: `splitParameters`. */
export interface SplitOptions extends ParameterOptions<typeof splitParameters> {
  /** Images of one group stay in one split. Default: the samples' `group`. */
  readonly groupBy?: GroupBy | undefined;
}

/**
 * Splits the good images by percentages (largest remainder, so that counts add up); all defective ones go to test.
 * A group never crosses: one with a defective image goes to test as a whole. Groups of several images make the
 * shares approximate.
 *
 * @throws ParameterError for bad percentages; DatasetError if a split exists already, or one that was asked for stays empty.
 */
export function splitDataset(dataset: Dataset, options: SplitOptions = {}): Dataset {
  const { groupBy = 'group', ...given } = options;
  const { train, validation, seed, overwrite } = fillParameters(splitParameters, given);
  const all = splitParameters.train.max;
  if (train + validation > all) {
    throw new ParameterError({
      name: 'train + validation',
      expected: `at most ${all} percent`,
      received: String(train + validation),
    });
  }
  const random = createRandom(seed);
  if (!overwrite && dataset.samples.some(({ split }) => split !== undefined)) {
    throw new DatasetError({
      path: dataset.imageDir || '.',
      problems: ['the data set is already split'],
      fix: 'Pass overwrite: true to split it again, or use carveValidation.',
    });
  }

  const good = dataset.samples.filter(({ imageLabel }) => imageLabel === 'ok').length;
  if (good === 0 && train + validation > 0) {
    throw new DatasetError({
      path: dataset.imageDir || '.',
      problems: [`there is no good image among the ${dataset.samples.length} images`],
      fix: 'Put good images into a folder named good, beside those of defects.',
    });
  }
  const splits = ['train', 'validation', 'test'] as const;
  const open = largestRemainder(good, [train, validation, all - train - validation]);
  const chosen = new Map<Sample, Split>();
  const assign = (group: readonly Sample[], to: number): void => {
    for (const sample of group) {
      chosen.set(sample, splits[to] as Split);
      if (sample.imageLabel === 'ok') open[to] = (open[to] as number) - 1;
    }
  };
  const allGood: Sample[][] = [];
  for (const group of collectGroups(dataset.samples, groupBy)) {
    if (group.some(({ imageLabel }) => imageLabel === 'nok')) assign(group, 2);
    else allGood.push(group);
  }
  // Large groups first, while there is room for them; the sort is stable, so equal sizes stay shuffled.
  const wanted = [train > 0, validation > 0, train + validation < all];
  for (const group of shuffled(allGood, random).sort((a, b) => b.length - a.length)) {
    const best = [0, 1, 2]
      .filter((to) => wanted[to] === true)
      .reduce((most, to) => ((open[to] as number) > (open[most] as number) ? to : most));
    assign(group, best);
  }

  const result = withSplits(dataset, chosen, groupBy);
  for (const [index, split] of (['train', 'validation'] as const).entries()) {
    if (wanted[index] === true && !result.samples.some((sample) => sample.split === split)) {
      throw new DatasetError({
        path: dataset.imageDir || '.',
        problems: [`no good image is left for ${split} (${good} good images in ${allGood.length} groups)`],
        fix: 'Give more good images or another percentage.',
      });
    }
  }
  return result;
}

/** Defaults and ranges: `carveParameters`. */
export interface CarveOptions extends ParameterOptions<typeof carveParameters> {
  readonly groupBy?: GroupBy | undefined;
}

/**
 * Moves good training images to validation, whole groups at a time, as near to the share as groups allow; at least
 * one group moves and one stays. Test stays as it is.
 *
 * @throws ParameterError for a value outside its range; DatasetError if a validation split exists, or there are fewer than two groups.
 */
export function carveValidation(dataset: Dataset, options: CarveOptions = {}): Dataset {
  const { groupBy = 'group', ...given } = options;
  const { share, seed } = fillParameters(carveParameters, given);
  const random = createRandom(seed);
  if (dataset.samples.some(({ split }) => split === 'validation')) {
    throw new DatasetError({
      path: dataset.imageDir || '.',
      problems: ['there is a validation split already'],
    });
  }
  const training = dataset.samples.filter(({ split }) => split === 'train');
  const groups = collectGroups(training, groupBy).filter((group) =>
    group.every(({ imageLabel }) => imageLabel === 'ok'),
  );
  if (groups.length < 2) {
    throw new DatasetError({
      path: dataset.imageDir || '.',
      problems: [`validation needs at least two good training images or groups; there are ${groups.length}`],
    });
  }
  const order = shuffled(groups, random);
  const total = groups.reduce((sum, group) => sum + group.length, 0);
  const target = Math.max(1, Math.round(total * share));
  const chosen = new Map(dataset.samples.map((sample) => [sample, sample.split]));
  let moved = 0;
  let movedGroups = 0;
  const move = (group: readonly Sample[]): void => {
    for (const sample of group) chosen.set(sample, 'validation');
    moved += group.length;
    movedGroups++;
  };
  for (const group of order) {
    const nearer = Math.abs(moved + group.length - target) < Math.abs(moved - target);
    if (nearer && movedGroups < groups.length - 1) move(group);
  }
  // Every group is more than twice the share: the smallest has to do.
  if (movedGroups === 0) move(order.reduce((small, next) => (next.length < small.length ? next : small)));
  return withSplits(dataset, chosen, groupBy);
}

/** `total` in whole parts by percentages that add up to 100: round down, then give the rest to the largest fractions. */
export function largestRemainder(total: number, percentages: readonly number[]): number[] {
  const exact = percentages.map((percent) => (total * percent) / 100);
  const parts = exact.map(Math.floor);
  const rest = total - parts.reduce((a, b) => a + b, 0);
  const byFraction = exact
    .map((value, index) => ({ index, fraction: value - Math.floor(value) }))
    .sort((a, b) => b.fraction - a.fraction || a.index - b.index);
  for (const { index } of byFraction.slice(0, rest)) parts[index] = (parts[index] as number) + 1;
  return parts;
}

function withSplits(
  dataset: Dataset,
  chosen: ReadonlyMap<Sample, Split | undefined>,
  groupBy: GroupBy,
): Dataset {
  const samples = dataset.samples.map((sample) => {
    const split = chosen.get(sample);
    const group = groupName(sample, groupBy);
    return knownFields({ ...sample, split: split ?? sample.split, group: group ?? sample.group });
  });
  return { ...dataset, samples };
}
