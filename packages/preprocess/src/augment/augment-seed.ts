/** A seed of its own for every image in every epoch, so that neither the order of images nor workers matter. */
import { sharedParameters, checkParameter } from '@oddpixel/contract';
import { mixBits } from '@oddpixel/contract/unstable';

/** Whole numbers, each in the range of a seed. */
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
    checkParameter(name, sharedParameters.seed, value);
    bits = mixBits((bits ^ value) + 0x9e3779b9);
  }
  return bits >>> 0;
}
