/** A seed of its own for every image in every epoch, so that neither the order of images nor workers matter. */
import { mixBits, ParameterError } from '@oddpixel/contract';

/** Whole numbers, 0..2³¹−1. */
export interface AugmentOccasion {
  /** The training's seed. */
  readonly seed: number;
  readonly epoch: number;
  /** Which image: its place in the training set or its id. */
  readonly index: number;
}

/**
 * 32 bits for a seeded generator, by integer arithmetic alone: the same on every machine. For a given seed and epoch
 * no two indices share a seed. Neighbouring numbers give unrelated seeds.
 *
 * @throws ParameterError for numbers that are not whole or out of range.
 */
export function augmentSeed({ seed, epoch, index }: AugmentOccasion): number {
  let bits = 0;
  for (const [name, value] of Object.entries({ seed, epoch, index })) {
    if (!Number.isInteger(value) || value < 0 || value >= 0x8000_0000) {
      const expected = 'a whole number from 0 to 2147483647';
      throw new ParameterError({ name, expected, received: String(value) });
    }
    bits = mixBits((bits ^ value) + 0x9e3779b9);
  }
  return bits >>> 0;
}
