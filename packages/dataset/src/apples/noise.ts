/**
 * Value noise: random values on the integer lattice, blended smoothly between. Range 0..1, mean 0.5.
 *
 * A neighbour's sum differs by one multiplier, so a cell needs one product per axis, not one per corner and axis.
 */
import { LATTICE_X, LATTICE_Y, LATTICE_Z, latticeMix, latticeSum, TO_UNIT } from './random.ts';

function fade(t: number): number {
  return t * t * t * (t * (t * 6 - 15) + 10);
}

function fadeSlope(t: number): number {
  return 30 * t * t * (t - 1) * (t - 1);
}

/** Value of a lattice point, from -0.5 to 0.5. */
function corner(sum: number): number {
  return latticeMix(sum) * TO_UNIT;
}

export function noise2(x: number, y: number, seed: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const sum = latticeSum(ix, iy, 0, seed);
  return 0.5 + square(sum, fade(x - ix), fade(y - iy));
}

/** Blends the four corners of a lattice square. */
function square(sum: number, fx: number, fy: number): number {
  const a = corner(sum);
  const b = corner((sum + LATTICE_X) | 0);
  const c = corner((sum + LATTICE_Y) | 0);
  const d = corner((sum + LATTICE_X + LATTICE_Y) | 0);
  const near = a + (b - a) * fx;
  return near + (c + (d - c) * fx - near) * fy;
}

/** How steeply `noise2` rises along `x` and `y`, written into `result`. */
export function slope2(x: number, y: number, seed: number, result: { x: number; y: number }): void {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const tx = x - ix;
  const ty = y - iy;
  const sum = latticeSum(ix, iy, 0, seed);
  const a = corner(sum);
  const b = corner((sum + LATTICE_X) | 0) - a;
  const c = corner((sum + LATTICE_Y) | 0) - a;
  const d = corner((sum + LATTICE_X + LATTICE_Y) | 0) - a - b - c;
  result.x = fadeSlope(tx) * (b + d * fade(ty));
  result.y = fadeSlope(ty) * (c + d * fade(tx));
}

export function noise3(x: number, y: number, z: number, seed: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const iz = Math.floor(z);
  const fx = fade(x - ix);
  const fy = fade(y - iy);
  const sum = latticeSum(ix, iy, iz, seed);
  const near = square(sum, fx, fy);
  const far = square((sum + LATTICE_Z) | 0, fx, fy);
  return 0.5 + near + (far - near) * fade(z - iz);
}
