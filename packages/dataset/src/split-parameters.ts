/** Parameters of splitting a data set, each said once. */
import { sharedParameters } from '@oddpixel/contract';

const ownSplit = {
  train: {
    type: 'number',
    default: 80,
    min: 0,
    max: 100,
    unit: 'percent',
    about: 'percentage of good images to train on; good images that are left over are for testing',
    halcon: 'TrainingPercent',
  },
  validation: {
    type: 'number',
    default: 0,
    min: 0,
    max: 100,
    unit: 'percent',
    about: 'percentage of good images held out to calibrate the thresholds',
    halcon: 'ValidationPercent',
  },
  overwrite: {
    type: 'switch',
    default: false,
    about: 'replace the split that the data set has',
    halcon: 'overwrite_split',
  },
} as const;

/** Default, range and meaning of each parameter of `splitDataset`. */
export const splitParameters: typeof ownSplit & { readonly seed: typeof sharedParameters.seed } = {
  ...ownSplit,
  seed: sharedParameters.seed,
};

const ownCarve = {
  share: {
    type: 'number',
    default: 0.2,
    above: 0,
    below: 1,
    about: 'share of the good training images that is held out to calibrate the thresholds',
  },
} as const;

/** Default, range and meaning of each parameter of `carveValidation`. */
export const carveParameters: typeof ownCarve & { readonly seed: typeof sharedParameters.seed } = {
  ...ownCarve,
  seed: sharedParameters.seed,
};
