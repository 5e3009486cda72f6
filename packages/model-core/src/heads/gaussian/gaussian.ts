import { fillParameters } from '@oddpixel/contract';
import type { Head } from '../../train/head.ts';
import { fitGaussianHead } from './fit-gaussian.ts';
import { type GaussianOptions, gaussianParameters } from './parameters.ts';

/** One covariance per position grows with the square of the features. */
const widestPerPosition = 100;

/**
 * The Gaussian head: see README.md beside this file.
 *
 * @throws ParameterError
 */
export function gaussian(options: GaussianOptions = {}): Head {
  const params = fillParameters(gaussianParameters, options);
  return {
    type: 'gaussian',
    parameters: { ...params },
    maxFeatureDims: params.covariance === 'perPosition' ? widestPerPosition : undefined,
    fit: (backbone, samples, fitOptions) => fitGaussianHead(backbone, samples, params, fitOptions),
  };
}
