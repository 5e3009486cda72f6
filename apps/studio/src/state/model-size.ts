/** A model input that fits an image's shape: multiples of its step, about as many pixels as requested. */
import { preprocessParameters } from '@oddpixel/contract';
import type { ImageRecord, ShareBox } from '../protocol.ts';

const { default: normal, multipleOf: step } = preprocessParameters.imageWidth;

export type Detail = 'coarse' | 'normal' | 'fine';

/** Side of a square input of each level, in pixels. */
const sides: Readonly<Record<Detail, number>> = { coarse: (5 / 8) * normal, normal, fine: 1.5 * normal };

export interface ModelSize {
  readonly imageWidth: number;
  readonly imageHeight: number;
}

/** Never larger than the image itself, rounded up to a multiple of the step. */
export function fittingSize(
  image: Pick<ImageRecord, 'width' | 'height'>,
  region: ShareBox | undefined,
  detail: Detail = 'normal',
): ModelSize {
  const width = image.width * (region?.width ?? 1);
  const height = image.height * (region?.height ?? 1);
  // Extreme shapes are squeezed: a strip of one patch row knows little.
  const aspect = Math.min(4, Math.max(1 / 4, width / height));
  const side = sides[detail];
  const fitted = (wanted: number, own: number): number =>
    Math.max(step, Math.min(Math.round(wanted / step), Math.ceil(own / step)) * step);
  return {
    imageWidth: fitted(side * Math.sqrt(aspect), width),
    imageHeight: fitted(side / Math.sqrt(aspect), height),
  };
}
