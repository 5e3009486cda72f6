/** What happens to one image: the values drawn for it. */
import { ParameterError } from '@oddpixel/contract';
import type { AugmentParams } from './augment-params.ts';

/** Steps in this order: flips, quarter turns, rotation and zoom about the middle, shift; gray values at the end. */
export interface Augmentation {
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
  /** 0..3, clockwise. */
  readonly quarterTurns: number;
  /** Clockwise. */
  readonly degrees: number;
  readonly zoom: number;
  /** Whole pixels, to the right and down. */
  readonly shiftX: number;
  readonly shiftY: number;
  /** Added to every gray value, in gray values. */
  readonly brightness: number;
  /** Factor of the distance from the image's mean. */
  readonly contrast: number;
  /** Standard deviation in gray values. */
  readonly noise: number;
}

/**
 * Draws an augmentation for an image of `width` × `height`. It takes the same ten numbers whatever is switched on, so
 * one more kind of change leaves the others as they were.
 */
export function drawAugmentation(
  params: AugmentParams,
  width: number,
  height: number,
  random: () => number,
): Augmentation {
  const coin = (on: boolean): boolean => random() < 0.5 && on;
  const around = (middle: number, reach: number): number => middle + (2 * random() - 1) * reach;
  // Whole pixels: a shift alone then interpolates, and so blurs, nothing.
  const pixels = (share: number, length: number): number => {
    const reach = Math.floor(share * length + 0.5);
    return Math.floor(random() * (2 * reach + 1)) - reach;
  };
  const turn = Math.floor(random() * 4);
  const range = (params.imageRangeMax ?? 0) - (params.imageRangeMin ?? 0);
  return {
    flipHorizontal: coin(params.flipHorizontal),
    flipVertical: coin(params.flipVertical),
    quarterTurns: params.rightAngleTurns ? turn : 0,
    degrees: around(0, params.rotation),
    zoom: around(1, params.scale),
    shiftX: pixels(params.shiftX, width),
    shiftY: pixels(params.shiftY, height),
    brightness: around(0, params.brightness * range),
    contrast: around(1, params.contrast),
    noise: random() * params.noise * range,
  };
}

/** The same numbers, each looked at: a generator of integers or percentages would otherwise go unnoticed. */
export function checkedRandom(random: () => number): () => number {
  return () => {
    const value = random();
    if (value >= 0 && value < 1) return value;
    throw new ParameterError({
      name: 'random',
      expected: 'a function that returns numbers from 0, below 1',
      received: String(value),
    });
  };
}
