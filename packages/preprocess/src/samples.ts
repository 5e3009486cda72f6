/** Images on their way to the model: from loose rasters to raw samples to preprocessed ones. */
import type { PreprocessedSample, PreprocessParams, Raster } from '@oddpixel/contract';
import type { Placement } from './geometry.ts';
import { preprocessRaster } from './preprocess-raster.ts';

/** An image that is not preprocessed yet. Samples that `@oddpixel/dataset` reads have these fields too. */
export interface RawSample extends Placement {
  readonly imageId?: number;
  readonly image: Raster;
}

/** Raw samples from images in memory, for example camera frames; ids count from `firstId`. */
export function samplesFromImages(
  images: readonly Raster[],
  options: { readonly firstId?: number } = {},
): RawSample[] {
  const { firstId = 0 } = options;
  return images.map((image, index) => ({ imageId: firstId + index, image }));
}

/** Preprocesses samples one after the other. Errors and warnings are `preprocessRaster`'s. */
export function preprocessSamples(
  samples: readonly RawSample[],
  params: PreprocessParams,
  options: { readonly onWarning?: (message: string, sample: RawSample) => void } = {},
): PreprocessedSample[] {
  const { onWarning } = options;
  return samples.map((sample) => {
    const { image, ...placed } = sample;
    return preprocessRaster(image, params, {
      ...placed,
      onWarning: onWarning && ((message: string) => onWarning(message, sample)),
    });
  });
}
