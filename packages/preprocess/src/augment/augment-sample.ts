/**
 * Seeded variation of training images, so that a model learns what may differ among good parts: position, angle,
 * light. For training only: an augmented sample's pixels no longer lie where its geometry puts them.
 *
 * Only operations that the language fixes to the last bit: the same random numbers give the same sample everywhere.
 */
import { hostTensor, ParameterError, TensorMismatchError, type PreprocessedSample } from '@oddpixel/contract';
import { describeTensor } from '@oddpixel/contract/unstable';
import type { AugmentParams } from './augment-params.ts';
import { checkedRandom, drawAugmentation, type Augmentation } from './draw.ts';
import { sourceMap } from './source-map.ts';
import { addNoise, adjustTone, meanOf } from './tone.ts';
import { warpPlanes, warpRegion } from './warp.ts';

/**
 * An augmented copy of a sample, of the same shape; the sample itself stays as it is. A domain moves along, and whatever
 * else the sample carries is kept.
 *
 * @param random gives numbers in [0, 1), for example a seeded generator's; equal numbers give equal samples. Ten are
 *   taken, and four more per pixel value if noise is on.
 * @throws ParameterError for right-angle turns of an image that is not square, or random numbers outside [0, 1)
 * @throws TensorMismatchError when the image is not float32 `[C, H, W]` of its geometry's size
 */
export function augmentSample<S extends PreprocessedSample>(
  sample: S,
  params: AugmentParams,
  random: () => number,
): S {
  checkImage(sample);
  const { width, height } = sample.geometry;
  if (params.rightAngleTurns && width !== height) {
    throw new ParameterError({
      name: 'rightAngleTurns',
      expected: 'a square image',
      received: `one of ${width}×${height}`,
      fix: 'Use rotation instead, or preprocess to a square size.',
    });
  }
  const draw = checkedRandom(random);
  return applyAugmentation(sample, drawAugmentation(params, width, height, draw), draw);
}

/** A copy of the sample with the given changes. `random` is asked for noise only. */
export function applyAugmentation<S extends PreprocessedSample>(
  sample: S,
  augmentation: Augmentation,
  random: () => number,
): S {
  const { image, geometry } = sample;
  const map = sourceMap(augmentation, geometry);
  const values = warpPlanes(image.data, geometry.width, geometry.height, map);
  adjustTone(values, meanOf(image.data), augmentation);
  if (augmentation.noise > 0) addNoise(values, augmentation.noise, random);
  const { domain } = geometry;
  return {
    ...sample,
    image: hostTensor('float32', image.dims, values),
    geometry: domain === undefined ? geometry : { ...geometry, domain: warpRegion(domain, map) },
  };
}

function checkImage({ image, geometry }: PreprocessedSample): void {
  const { dtype, dims } = image;
  const fits = dims.length === 3 && dims[1] === geometry.height && dims[2] === geometry.width;
  if (dtype === 'float32' && fits) return;
  throw new TensorMismatchError({
    name: 'image',
    expected: `float32 [C,${geometry.height},${geometry.width}], the size of its geometry`,
    received: describeTensor(image),
    fix: 'Pass a sample as preprocessRaster makes it.',
  });
}
