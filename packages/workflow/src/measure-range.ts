/** The range of gray values that a data set's images use, for `sourceRange: 'auto'`. */
import {
  DatasetError,
  ImageFormatError,
  type Dataset,
  type GrayRange,
  type Sample,
} from '@oddpixel/contract';
import { cameraRange, mapOrdered, usedGrayRange } from '@oddpixel/contract/unstable';
import { imagePath } from '@oddpixel/dataset';
import { decode, notesOn, readLimit, type ImageAccess } from './prepared-images.ts';

/**
 * Whole numbers: 0 to the highest value of the camera, of 8, 10, 12, 14 or 16 bits, that the brightest image needs.
 * Float: the lowest to the highest value.
 *
 * @throws ImageFormatError for NaN or infinity; DatasetError if all values are equal.
 */
export async function measureGrayRange(
  dataset: Dataset,
  samples: readonly Sample[],
  access: ImageAccess,
): Promise<GrayRange> {
  let [min, max] = [Infinity, -Infinity];
  let isWhole = true;
  const measured = mapOrdered(samples, access.concurrency ?? 4, async (sample) => {
    access.signal?.throwIfAborted();
    const path = imagePath(dataset, sample);
    const raster = await decode(
      await access.source.read(path, readLimit(access)),
      path,
      access,
      notesOn(path),
    );
    const used = usedGrayRange(raster);
    const isFloat = raster.data instanceof Float32Array;
    if (isFloat && !(used.every(Number.isFinite) && !raster.data.some(Number.isNaN))) {
      throw new ImageFormatError({
        file: path,
        problem: 'the float image holds NaN or infinite values',
        fix: 'Replace them, for example by 0, or leave the image out.',
      });
    }
    return { used, isFloat };
  });
  for await (const { used, isFloat } of measured) {
    min = Math.min(min, used[0]);
    max = Math.max(max, used[1]);
    if (isFloat) isWhole = false;
  }
  if (isWhole) return cameraRange(max);
  if (min < max) return [min, max];
  throw new DatasetError({
    path: dataset.imageDir || '.',
    problems: [`all values of the training images are ${min}, so no range can be measured`],
    fix: 'Give the lowest and highest gray value as `sourceRange`.',
  });
}
