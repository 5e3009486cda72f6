/** What an image is apart from what it shows: bits per value, colours, and the gray values that it uses. */
import type { Raster } from './image.ts';

export type ImageDepth = '8 bit' | '16 bit' | 'float';

/** Plain JSON. */
export interface ImageForm {
  readonly depth: ImageDepth;
  /** `gray`, `RGB`, or either with alpha, or how many channels. */
  readonly channels: string;
}

export function imageForm({ data, channels, hasAlpha }: Omit<Raster, 'width' | 'height'>): ImageForm {
  const depth = data instanceof Uint8Array ? '8 bit' : data instanceof Uint16Array ? '16 bit' : 'float';
  const colors = colorCount({ channels, hasAlpha });
  const name = colors === 1 ? 'gray' : colors === 3 ? 'RGB' : `of ${colors} channels`;
  return { depth, channels: colors < channels ? `${name} with alpha` : name };
}

/** Channels without alpha: 2 and 4 hold one unless the raster states otherwise. */
function colorCount({
  channels,
  hasAlpha = channels === 2 || channels === 4,
}: {
  readonly channels: number;
  readonly hasAlpha?: boolean | undefined;
}): number {
  return hasAlpha && channels > 1 ? channels - 1 : channels;
}

/** Lowest and highest gray value of all colours; alpha has none. Plain JSON. */
export type GrayRange = readonly [min: number, max: number];

/** A box in whole pixels, inside the image. */
interface PartOfImage {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The gray values that an image, or the part of it in `box`, uses. NaN counts as nothing and infinities as what they
 * are, so an image of NaN alone gives `[Infinity, -Infinity]`.
 */
export function usedGrayRange(raster: Raster, box?: PartOfImage): GrayRange {
  const { width, height, channels, data, hasAlpha } = raster;
  const colors = colorCount({ channels, hasAlpha });
  const { x, y, width: columns, height: rows } = box ?? { x: 0, y: 0, width, height };
  let min = Infinity;
  let max = -Infinity;
  for (let row = y; row < y + rows; row++) {
    const begin = (row * width + x) * channels;
    const end = begin + columns * channels;
    if (colors === channels) {
      for (let i = begin; i < end; i++) {
        const value = data[i] as number;
        if (value < min) min = value;
        if (value > max) max = value;
      }
    } else {
      for (let pixel = begin; pixel < end; pixel += channels) {
        for (let c = 0; c < colors; c++) {
          const value = data[pixel + c] as number;
          if (value < min) min = value;
          if (value > max) max = value;
        }
      }
    }
  }
  return [min, max];
}

/** Highest values of 8, 10, 12, 14 and 16 bits: the depths of cameras. */
const cameraMaxima = [255, 1023, 4095, 16_383, 65_535] as const;

/** The range of the camera that delivers whole numbers up to `max`: 0..4095 for 3,870. */
export function cameraRange(max: number): GrayRange {
  return [0, cameraMaxima.find((highest) => max <= highest) ?? 65_535];
}
