/** The gray values of an image against the range that the model knows. */
import {
  ImageFormatError,
  type Box,
  type GrayRange,
  type PreprocessParams,
  type Raster,
} from '@oddpixel/contract';
import { usedGrayRange } from '@oddpixel/contract/unstable';
import { valueRange } from './pixels.ts';

/** Beyond the range by this many times its width, a value is no gray value: a model could only overflow. */
const farthest = 1e6;

/** More pixels than this, or values beyond the range by its whole width, are reported. */
const toldShare = 0.01;

/**
 * The gray values in `box`; `undefined` for 8-bit images whose range nobody narrowed, where there is nothing to
 * measure. Values beyond the range are kept: clamped, they would vanish.
 *
 * @throws ImageFormatError for values that no model can take.
 */
export function checkGrayRange(
  raster: Raster,
  box: Box,
  { normalizationType, sourceRange }: PreprocessParams,
  onWarning: ((message: string) => void) | undefined,
): GrayRange | undefined {
  if (raster.data instanceof Uint8Array && sourceRange === undefined) return undefined;
  const used = usedGrayRange(raster, box);
  // NaN alone is found once the planes are made: a filter passes it on.
  if (used[0] <= used[1] && !used.every(Number.isFinite)) throw notFinite();
  if (normalizationType !== 'none') return used;
  const [low, high] = valueRange(raster.data, sourceRange);
  const span = high - low;
  const [min, max] = used;
  for (const value of min <= max ? used : []) {
    if (value < low - farthest * span || value > high + farthest * span) {
      throw new ImageFormatError({
        problem: `the gray value ${value} is far outside the range ${low}..${high} that the model expects`,
        fix: 'Correct such values in the file, or train on images with this range.',
      });
    }
  }
  const far = min < low - span || max > high + span;
  if ((min < low || max > high) && (far || shareOutside(raster, box, [low, high]) > toldShare)) {
    onWarning?.(
      `gray values are outside the range ${low}..${high} that the model expects; they count as darker or brighter than any value in it`,
    );
  }
  return used;
}

/** Values that the model would see, after any other normalization than `none`, which knows its range beforehand. */
export function checkPlanes(planes: Float32Array, { imageRangeMin, imageRangeMax }: PreprocessParams): void {
  const limit = farthest * Math.max(1, imageRangeMax - imageRangeMin);
  for (let i = 0; i < planes.length; i++) {
    const value = planes[i] as number;
    if (value >= -limit && value <= limit) continue;
    if (!Number.isFinite(value)) throw notFinite();
    throw new ImageFormatError({
      problem: `after normalization a gray value is ${value}, far outside what a model can handle`,
      fix: 'Correct such values in the file.',
    });
  }
}

export function notFinite(): ImageFormatError {
  return new ImageFormatError({
    problem: 'the float image holds NaN or infinite values',
    fix: 'Replace them, for example by 0, before preprocessing.',
  });
}

/** Share of the values of all colours that lie outside the range. */
function shareOutside(raster: Raster, box: Box, [low, high]: GrayRange): number {
  const { width, channels, data, hasAlpha = channels === 2 || channels === 4 } = raster;
  const colors = hasAlpha && channels > 1 ? channels - 1 : channels;
  let outside = 0;
  for (let y = box.y; y < box.y + box.height; y++) {
    let pixel = (y * width + box.x) * channels;
    for (let x = 0; x < box.width; x++, pixel += channels) {
      for (let c = 0; c < colors; c++) {
        const value = data[pixel + c] as number;
        if (value < low || value > high) outside++;
      }
    }
  }
  return outside / (box.width * box.height * colors);
}
