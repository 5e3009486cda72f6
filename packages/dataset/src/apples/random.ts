/**
 * Integer random numbers that are the same on every machine: for scene parameters (a stream) and for texture
 * (a hash of lattice coordinates). Not for cryptography.
 */
import { createRandom as createGenerator } from '@oddpixel/contract';
import { mixBits } from '@oddpixel/contract/unstable';

/** 32 bits to a width of 1. */
export const TO_UNIT: number = 1 / 4294967296;

/** A new seed out of a seed and a number, for independent streams. */
export function deriveSeed(seed: number, stream: number): number {
  return mixBits(mixBits(seed) + Math.imul(stream, SEED_FACTOR));
}

/** Multipliers of lattice coordinates, as signed 32-bit integers. */
export const LATTICE_X: number = 0x8da6b343 | 0;
export const LATTICE_Y: number = 0xd8163841 | 0;
export const LATTICE_Z: number = 0xcb1ab31f | 0;
const SEED_FACTOR = 0x9e3779b9 | 0;

/** Scrambles a sum of multiplied lattice coordinates and a seed. */
export function latticeMix(sum: number): number {
  let bits = Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d);
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a2d39);
  return bits ^ (bits >>> 15);
}

/** The sum that `latticeMix` takes for a point of the integer lattice. */
export function latticeSum(x: number, y: number, z: number, seed: number): number {
  const planar = Math.imul(x, LATTICE_X) + Math.imul(y, LATTICE_Y);
  return (planar + Math.imul(z, LATTICE_Z) + Math.imul(seed, SEED_FACTOR)) | 0;
}

/** 32 random bits for a point of the integer lattice. */
export function latticeBits(x: number, y: number, z: number, seed: number): number {
  return latticeMix(latticeSum(x, y, z, seed));
}

/** Uniform in [0, 1) for a point of the integer lattice. */
export function latticeValue(x: number, y: number, z: number, seed: number): number {
  return latticeBits(x, y, z, seed) * TO_UNIT + 0.5;
}

/** A stream of random numbers. */
export interface Random {
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One of the items, each as likely. */
  pick<T>(items: readonly [T, ...T[]]): T;
  /** Any 32-bit integer. */
  seed(): number;
  /** A point of the unit disc, uniform. */
  disc(): readonly [x: number, y: number];
  /** A point of the unit circle, uniform. */
  circle(): readonly [x: number, y: number];
}

export function createRandom(seed: number): Random {
  const { next: unit } = createGenerator(seed);
  const between = (low: number, high: number): number => low + (high - low) * unit();
  const disc = (): readonly [number, number] => {
    for (;;) {
      const x = between(-1, 1);
      const y = between(-1, 1);
      if (x * x + y * y <= 1) return [x, y];
    }
  };
  return {
    between,
    disc,
    chance: (probability) => unit() < probability,
    pick: (items) => items[Math.floor(unit() * items.length)] ?? items[0],
    seed: () => (unit() / TO_UNIT) | 0,
    circle() {
      for (;;) {
        const [x, y] = disc();
        const length = Math.sqrt(x * x + y * y);
        if (length > 0.1) return [x / length, y / length];
      }
    },
  };
}
