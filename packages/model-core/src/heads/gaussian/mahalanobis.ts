/**
 * The Gaussian head (PaDiM: Defard et al. 2021): at each position good patches are normally distributed; the larger a
 * patch's Mahalanobis distance, the more anomalous it is. Here the covariance is shared by all positions by default,
 * which needs far fewer images, and is shrunk towards a multiple of the identity (Ledoit and Wolf 2004, with a fixed
 * weight).
 *
 * Everything comes from sums, which can be added and subtracted: one pass over the images, constant memory.
 */
import { hostTensor, ParameterError, type HostTensor } from '@oddpixel/contract';
import { matmul, reduceSum, reshape, sqrt, square, sub, type Value } from '@oddpixel/graph';
import type { GaussianParams } from './parameters.ts';
import { inverseCholesky } from './cholesky.ts';
import { addInto, type Products } from '../../train/feature-statistics.ts';

/** Sums over images of patches `[P, D]`; float64. */
export interface GaussianSums {
  images: number;
  readonly positions: number;
  readonly dims: number;
  /** `[P, D]`. */
  readonly sum: Float64Array;
  /** Sums of products: `[D, D]` over all positions, or `[P, D, D]`. */
  readonly products: Float64Array;
}

/** What the head needs to know: mean `[P, D]` and whitening `[D, D]` or `[P, D, D]`, transposed for `x · W`. */
export interface GaussianFit {
  readonly mean: Float32Array;
  readonly whitening: Float32Array;
}

/** Whitening matrices per position take at most this much of the model file. */
const maxWhiteningBytes = 128 * 2 ** 20;

/** @throws ParameterError if one covariance per position would make the model too large. */
export function checkGaussianSize(
  positions: number,
  dims: number,
  covariance: GaussianParams['covariance'],
): void {
  const bytes = positions * dims * dims * Float32Array.BYTES_PER_ELEMENT;
  if (covariance === 'shared' || bytes <= maxWhiteningBytes) return;
  throw new ParameterError({
    name: 'covariance',
    expected: `covariances of at most ${maxWhiteningBytes / 2 ** 20} MiB in all`,
    received: `${positions} positions with ${dims} features: ${Math.ceil(bytes / 2 ** 20)} MiB`,
    fix: "Use covariance 'shared', a smaller image size, or fewer featureDims.",
  });
}

export function gaussianSums(
  positions: number,
  dims: number,
  covariance: GaussianParams['covariance'],
): GaussianSums {
  const matrices = covariance === 'shared' ? 1 : positions;
  return {
    images: 0,
    positions,
    dims,
    sum: new Float64Array(positions * dims),
    products: new Float64Array(matrices * dims * dims),
  };
}

/** Adds patches `[n, P, D]` to the sums of patches; their products are added by the caller. */
export function addPatches(sums: GaussianSums, data: Float32Array): void {
  const size = sums.sum.length;
  for (let start = 0; start < data.length; start += size) {
    addInto(sums.sum, data.subarray(start, start + size));
    sums.images++;
  }
}

/** `a + sign · b`, in a new object. */
export function combineSums(a: GaussianSums, b: GaussianSums, sign: 1 | -1): GaussianSums {
  const combine = (x: Float64Array, y: Float64Array): Float64Array =>
    x.map((value, i) => value + sign * (y[i] as number));
  return {
    ...a,
    images: a.images + sign * b.images,
    sum: combine(a.sum, b.sum),
    products: combine(a.products, b.products),
  };
}

/**
 * Mean and whitening from the sums.
 *
 * @param products sums of products of patches, computed in the same place as those of the patches themselves.
 * @throws ParameterError if the covariance cannot be inverted, which shrinkage above 0 prevents for features that vary.
 */
export async function fitGaussian(
  sums: GaussianSums,
  shrinkage: number,
  products: Products,
): Promise<GaussianFit> {
  const { images, positions, dims } = sums;
  const mean = Float32Array.from(sums.sum, (value) => value / images);
  const ofMeans = new Float64Array(sums.products.length);
  await products.addTo(ofMeans, mean);
  const covariances = sums.products.map((value, i) => value / images - (ofMeans[i] as number));
  const size = dims * dims;
  const matrices = covariances.length / size;
  const whitening = new Float32Array(covariances.length);
  for (let m = 0; m < matrices; m++) {
    const covariance = covariances.subarray(m * size, (m + 1) * size);
    shrink(covariance, positions / matrices, shrinkage, dims);
    const inverse = inverseCholesky(covariance, dims);
    if (inverse === undefined) {
      throw new ParameterError({
        name: 'shrinkage',
        expected: 'a covariance that can be inverted',
        received: `${shrinkage} with ${images} images whose features do not vary`,
        fix: 'Give more images or a larger shrinkage.',
      });
    }
    for (let i = 0; i < dims; i++) {
      for (let j = 0; j < dims; j++) whitening[m * size + j * dims + i] = inverse[i * dims + j] as number;
    }
  }
  return { mean, whitening };
}

/** Sums of products → covariance, mixed with its mean variance on the diagonal. */
function shrink(matrix: Float64Array, count: number, shrinkage: number, dims: number): void {
  let trace = 0;
  for (let i = 0; i < dims; i++) trace += (matrix[i * dims + i] as number) / count;
  // A floor keeps features that never vary from having a distance of their own.
  const floor = Math.max((shrinkage * trace) / dims, Number.EPSILON);
  for (let i = 0; i < matrix.length; i++) matrix[i] = ((1 - shrinkage) * (matrix[i] as number)) / count;
  for (let i = 0; i < dims; i++) matrix[i * dims + i] = (matrix[i * dims + i] as number) + floor;
}

/** Mahalanobis distance of patches `[N, P, D]`: `[N, P]`. */
export function mahalanobisDistance(patches: Value, mean: Value, whitening: Value): Value {
  const [positions, dims] = mean.dims as [number, number];
  const centred = sub(patches, mean);
  if (whitening.dims.length === 2) return sqrt(reduceSum(square(matmul(centred, whitening)), [2]));
  const rows = matmul(reshape(centred, [0, positions, 1, dims]), whitening);
  return reshape(sqrt(reduceSum(square(rows), [3])), [0, positions]);
}

/** A fit as the head takes it: mean `[P, D]`, whitening `[D, D]` or `[P, D, D]`. */
export interface GaussianTensors {
  readonly mean: HostTensor<'float32'>;
  readonly whitening: HostTensor<'float32'>;
}

export function gaussianTensors({ mean, whitening }: GaussianFit, dims: number): GaussianTensors {
  const matrices = whitening.length / (dims * dims);
  return {
    mean: hostTensor('float32', [mean.length / dims, dims], mean),
    whitening: hostTensor('float32', matrices === 1 ? [dims, dims] : [matrices, dims, dims], whitening),
  };
}

/** Memory that sums take. */
export function sumsBytes({ sum, products }: GaussianSums): number {
  return sum.byteLength + products.byteLength;
}
