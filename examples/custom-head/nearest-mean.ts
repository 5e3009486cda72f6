/** A head of one's own: a patch is as odd as it is far from the mean of the good patches at its position. */
import { hostTensor, ParameterError } from '@oddpixel/contract';
import { mul, reduceSum, sqrt, square, sub } from '@oddpixel/graph';
import { collectPatches, type Head } from '@oddpixel/model-core/train';

export interface NearestMeanOptions {
  /** Factor on all distances, above 0. Default 1. */
  readonly gain?: number;
}

export function nearestMean({ gain = 1 }: NearestMeanOptions = {}): Head {
  if (!(gain > 0)) {
    throw new ParameterError({ name: 'gain', expected: 'a number above 0', received: String(gain) });
  }
  return {
    type: 'nearestMean',
    parameters: { gain },
    // Every image moves the mean, so only held-out images can tell how far good ones are from it.
    needsValidation: true,
    async fit(backbone, samples, options) {
      const { store, transform, grouper } = await collectPatches(backbone, samples, options);
      const mean = hostTensor('float32', [store.perImage, store.dims], meanOf(store.images));
      return {
        transform,
        grouper,
        featureDims: store.dims,
        figures: { patchesSeen: store.count },
        distance(g, patches) {
          const squared = reduceSum(square(sub(patches, g.constant(mean))), [2]);
          return mul(sqrt(squared), gain);
        },
      };
    },
  };
}

/** Mean of arrays of equal length, element by element. */
function meanOf(images: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(images[0]?.length ?? 0);
  for (const image of images) image.forEach((value, i) => (mean[i] = (mean[i] as number) + value));
  return mean.map((sum) => sum / images.length);
}
