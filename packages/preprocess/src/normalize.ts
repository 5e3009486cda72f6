/**
 * Gray value normalization of planes `[C, H, W]`, in place, and the adaption to the model's channels.
 *
 * - `none` is not here: it is an affine map known beforehand, done together with the resize.
 * - `firstChannel`: the first channel's minimum and maximum, over this image, go to imageRangeMin and
 *   imageRangeMax; all channels take the same map, so colours keep their proportions and other channels may leave
 *   the range.
 * - `allChannels`: each channel is stretched to the range by its own minimum and maximum.
 * - `constantValues`: (value − mean) / deviation with one constant per channel, in source gray values.
 *
 * An image (or channel) of one single value has no contrast to stretch; it becomes imageRangeMin.
 */
import { ImageFormatError, type PreprocessParams, type Region } from '@oddpixel/contract';

/** Weights of red, green and blue in gray: ITU-R BT.601. */
const lumaWeights: readonly [number, number, number] = [0.299, 0.587, 0.114];

/** `firstChannel` or `allChannels`; with a domain, only its pixels decide the minimum and maximum. */
export function stretch(
  planes: Float32Array,
  channels: number,
  params: PreprocessParams,
  domain?: Region,
): void {
  const pixels = planes.length / channels;
  const { imageRangeMin, imageRangeMax, normalizationType } = params;
  const toRange = (min: number, max: number): readonly [number, number] => {
    const scale = max > min ? (imageRangeMax - imageRangeMin) / (max - min) : 0;
    return [scale, imageRangeMin - min * scale];
  };
  const [firstScale, firstShift] = toRange(...extremes(planes.subarray(0, pixels), domain));
  for (let c = 0; c < channels; c++) {
    const plane = planes.subarray(c * pixels, (c + 1) * pixels);
    const own = normalizationType === 'allChannels' ? toRange(...extremes(plane, domain)) : undefined;
    affine(plane, own?.[0] ?? firstScale, own?.[1] ?? firstShift);
  }
}

/** `constantValues`; `mean` and `deviation` hold one value per channel. */
export function standardize(
  planes: Float32Array,
  mean: readonly number[],
  deviation: readonly number[],
): void {
  const pixels = planes.length / mean.length;
  for (const [c, center] of mean.entries()) {
    const scale = 1 / (deviation[c] as number);
    affine(planes.subarray(c * pixels, (c + 1) * pixels), scale, -center * scale);
  }
}

/**
 * Planes with the model's number of channels: gray is replicated, RGB becomes gray by `lumaWeights`.
 *
 * @throws ImageFormatError for any other change.
 */
export function adaptChannels(planes: Float32Array, channels: number, wanted: number): Float32Array {
  if (channels === wanted) return planes;
  const pixels = planes.length / channels;
  if (channels === 1) {
    const replicated = new Float32Array(pixels * wanted);
    for (let c = 0; c < wanted; c++) replicated.set(planes, c * pixels);
    return replicated;
  }
  if (channels === 3 && wanted === 1) {
    const [red, green, blue] = lumaWeights;
    const gray = new Float32Array(pixels);
    for (let i = 0; i < pixels; i++) {
      gray[i] =
        red * (planes[i] as number) +
        green * (planes[pixels + i] as number) +
        blue * (planes[2 * pixels + i] as number);
    }
    return gray;
  }
  throw new ImageFormatError({
    problem: `the image has ${channels} channels; expected ${expectedChannels(wanted)}`,
    fix: fixOfChannels,
  });
}

const fixOfChannels =
  'Save the channels that matter as RGB, or one of them as gray, for example the first three by ' +
  '`gdal_translate -b 1 -b 2 -b 3 IN.tif OUT.tif`. If the last one is transparency, mark it as alpha in the file.';

/** What can be brought to the model's channels. */
function expectedChannels(wanted: number): string {
  return wanted === 1 || wanted === 3 ? '1 (gray) or 3 (RGB)' : `1 (gray) or ${wanted}`;
}

function extremes(plane: Float32Array, domain: Region | undefined): [min: number, max: number] {
  let min = Infinity;
  let max = -Infinity;
  const scan = (begin: number, end: number): void => {
    for (let i = begin; i < end; i++) {
      const value = plane[i] as number;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  };
  if (domain === undefined || domain.runs.length === 0) scan(0, plane.length);
  else {
    const { runs, width } = domain;
    for (let r = 0; r < runs.length; r += 3) {
      const row = (runs[r] as number) * width;
      scan(row + (runs[r + 1] as number), row + (runs[r + 2] as number));
    }
  }
  return [min, max];
}

function affine(plane: Float32Array, scale: number, shift: number): void {
  for (let i = 0; i < plane.length; i++) plane[i] = (plane[i] as number) * scale + shift;
}
