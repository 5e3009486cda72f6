/** How a data set is split before training if nobody says otherwise. */
import type { Dataset } from '@oddpixel/contract';
import { carveValidation, splitDataset } from '@oddpixel/dataset';

export interface TrainingSplit {
  /** If the data set has no split: percentage of good images to train on. All others are for testing. */
  readonly trainPercent: number;
  /** Percentage of good training images held out to calibrate thresholds, from 0. */
  readonly validationPercent: number;
  readonly seed: number;
}

/**
 * The data set with a split. One that it has stays, and only a validation split is carved from its training images. A data
 * set of good images alone has nothing to test: all of them train. Images of a group stay together.
 *
 * @throws ParameterError for percentages that do not fit
 */
export function splitForTraining(dataset: Dataset, options: TrainingSplit): Dataset {
  const { trainPercent, validationPercent, seed } = options;
  const groupBy = dataset.samples.some(({ group }) => group !== undefined) ? ('group' as const) : undefined;
  if (dataset.samples.some(({ split }) => split !== undefined)) {
    const hasValidation = dataset.samples.some(({ split }) => split === 'validation');
    return validationPercent > 0 && !hasValidation
      ? carveValidation(dataset, { share: validationPercent / 100, seed, groupBy })
      : dataset;
  }
  const onlyGood = dataset.samples.every(({ imageLabel }) => imageLabel === 'ok');
  const train = onlyGood ? 100 - validationPercent : Math.min(trainPercent, 100 - validationPercent);
  return splitDataset(dataset, { train, validation: validationPercent, seed, groupBy });
}
