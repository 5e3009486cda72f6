/** How a data set is split before training if nobody says otherwise. */
import { fillParameters, type Dataset, type ParameterOptions, sharedParameters } from '@oddpixel/contract';
import { carveValidation, splitDataset } from '@oddpixel/dataset';

/** Default, range and meaning of each. */
export const trainingSplitParameters = {
  trainPercent: {
    type: 'number',
    default: 80,
    min: 1,
    max: 100,
    unit: 'percent',
    about: 'percentage of good images to train on if the data has no split; all others are for testing',
  },
  validationPercent: {
    type: 'number',
    default: 0,
    min: 0,
    max: 90,
    unit: 'percent',
    about: 'percentage of good training images held out to calibrate the thresholds',
  },
} as const;

const schema = { ...trainingSplitParameters, seed: sharedParameters.seed } as const;

export interface TrainingSplit extends ParameterOptions<typeof trainingSplitParameters> {
  readonly seed?: number | undefined;
}

/**
 * The data set with a split. One that it has stays, and only a validation split is carved from its training images. A data
 * set of good images alone has nothing to test: all of them train. Images of a group stay together.
 *
 * @throws ParameterError for a value outside its range
 */
export function splitForTraining(dataset: Dataset, options: TrainingSplit = {}): Dataset {
  const { trainPercent, validationPercent, seed } = fillParameters(schema, options);
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
