export { gaussian } from './gaussian.ts';
export { gaussianParameters, type GaussianOptions, type GaussianParams } from './parameters.ts';
