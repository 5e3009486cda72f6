/** Training parameters that every head has. */
import {
  type ParameterOptions,
  type ParameterValues,
  scoreParameters,
  sharedParameters,
} from '@oddpixel/contract';

const own = {
  batchSize: {
    type: 'integer',
    default: 8,
    min: 1,
    max: 1024,
    unit: 'image',
    about: 'images per run of the backbone',
  },
  featureDims: {
    type: 'integer',
    default: 0,
    min: 0,
    max: 4096,
    about:
      'features after principal component analysis; 0: all up to 512, else 256, or what the head can work with',
  },
} as const;

/** Default, range and meaning of each. */
export const trainParameters: typeof sharedParameters & typeof scoreParameters & typeof own = {
  ...sharedParameters,
  ...scoreParameters,
  ...own,
};

/** Of heads that train in epochs. */
export const checkpointParameters = {
  checkpointEvery: {
    type: 'integer',
    default: 1,
    min: 1,
    max: 100_000,
    unit: 'epoch',
    about: 'epochs between checkpoints',
  },
} as const;

export interface TrainParamValues extends ParameterValues<typeof trainParameters> {}
export interface TrainParamOptions extends ParameterOptions<typeof trainParameters> {}
