/**
 * One image, from pixels to what the model takes: domain → real → resize → normalize → channels.
 *
 * Pure arithmetic on typed arrays, so the same pixels give the same tensor in Node and in a browser.
 */
import { hostTensor, type PreprocessedSample, type PreprocessParams, type Raster } from '@oddpixel/contract';
import { imageForm } from '@oddpixel/contract/unstable';
import { placeImage, type Placement } from './geometry.ts';
import { checkGrayRange, checkPlanes, notFinite } from './gray-range.ts';
import { adaptChannels, standardize, stretch } from './normalize.ts';
import { checkRaster, composeOnBlack, hasAlpha, valueRange } from './pixels.ts';
import { resampleToPlanes } from './resample.ts';

export interface PreprocessOptions extends Placement {
  /** Handed through to the sample and its result. */
  readonly imageId?: number;
  /** Receives remarks that do not stop the work, for example that transparency was composed on black. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Preprocesses one image.
 *
 * The sample's image is float32 `[C, H, W]`: RGB or gray, in the range that the parameters state (with
 * `constantValues`: in deviations from the mean).
 *
 * Gray values outside the range are not clamped: what is brighter than all that the model knows stays so.
 *
 * @throws ImageFormatError when the raster is malformed, has channels that cannot be adapted, or holds NaN, infinity,
 *   or values beyond the range by a million times its width
 * @throws ParameterError for a box or domain that does not fit, or a float image without `sourceRange`
 */
export function preprocessRaster(
  raster: Raster,
  params: PreprocessParams,
  options: PreprocessOptions = {},
): PreprocessedSample {
  checkRaster(raster);
  const geometry = placeImage(raster, params, options);
  const { imageWidth: width, imageHeight: height, imageNumChannels: wanted, normalizationType } = params;

  if (geometry.domain?.runs.length === 0) {
    options.onWarning?.('The domain is too small to contain a pixel at the size of the model input.');
  }

  const grayRange = checkGrayRange(raster, geometry.box, params, options.onWarning);
  let source = raster;
  let box = geometry.box;
  if (hasAlpha(raster, wanted)) {
    const composed = composeOnBlack(raster, box);
    if (composed.transparent)
      options.onWarning?.('The image is partly transparent; it was composited on black.');
    source = composed.raster;
    box = { ...box, x: 0, y: 0 };
  }

  // The range is the original's: composing turned integers into floats.
  const affine = normalizationType === 'none' ? toModelRange(raster, params) : undefined;
  let planes = resampleToPlanes(source, box, width, height, affine);
  if (raster.data instanceof Float32Array) checkFinite(planes);

  const { mean, deviation } = params;
  if (normalizationType === 'constantValues' && mean !== undefined && deviation !== undefined) {
    // The constants are per model channel, so an image with another number of channels is adapted first.
    planes = adaptChannels(planes, source.channels, wanted);
    standardize(planes, mean, deviation);
  } else {
    if (normalizationType !== 'none') stretch(planes, source.channels, params, geometry.domain);
    planes = adaptChannels(planes, source.channels, wanted);
  }
  if (normalizationType !== 'none' && !(raster.data instanceof Uint8Array)) checkPlanes(planes, params);

  return {
    imageId: options.imageId,
    image: hostTensor('float32', [wanted, height, width], planes),
    geometry,
    source: { ...imageForm(raster), grayRange },
  };
}

/** The map of `none`: the source's range, as given or all of its type's, to the model's. */
function toModelRange(raster: Raster, params: PreprocessParams): { scale: number; shift: number } {
  const [low, high] = valueRange(raster.data, params.sourceRange);
  const scale = (params.imageRangeMax - params.imageRangeMin) / (high - low);
  return { scale, shift: params.imageRangeMin - low * scale };
}

function checkFinite(planes: Float32Array): void {
  // One NaN or infinity makes the sum so; float32 values cannot overflow a float64 sum.
  let sum = 0;
  for (let i = 0; i < planes.length; i++) sum += planes[i] as number;
  if (!Number.isFinite(sum)) throw notFinite();
}
