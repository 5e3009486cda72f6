import type { ParameterOptions, ParameterValues } from '@oddpixel/contract';

/** Default, range and meaning of each parameter. */
export const gaussianParameters = {
  covariance: {
    type: 'choice',
    default: 'shared',
    choices: ['shared', 'perPosition'],
    about: 'one covariance for all positions, or one for each (up to 128 MiB)',
  },
  shrinkage: {
    type: 'number',
    default: 0.1,
    above: 0,
    max: 1,
    about: 'weight of the scaled identity that is mixed into the covariance',
  },
} as const;

/** Values of `gaussianParameters`, which states what they mean. */
export interface GaussianParams extends ParameterValues<typeof gaussianParameters> {}
export interface GaussianOptions extends ParameterOptions<typeof gaussianParameters> {}
