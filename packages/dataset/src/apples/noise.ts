/** Value noise: random values on the integer lattice, blended smoothly between. Range 0..1, mean 0.5. */
import { latticeValue } from './random.ts';

function fade(t: number): number {
  return t * t * t * (t * (t * 6 - 15) + 10);
}

function fadeSlope(t: number): number {
  return 30 * t * t * (t - 1) * (t - 1);
}

export function noise2(x: number, y: number, seed: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const fx = fade(x - ix);
  const fy = fade(y - iy);
  const a = latticeValue(ix, iy, 0, seed);
  const b = latticeValue(ix + 1, iy, 0, seed);
  const c = latticeValue(ix, iy + 1, 0, seed);
  const d = latticeValue(ix + 1, iy + 1, 0, seed);
  const near = a + (b - a) * fx;
  return near + (c + (d - c) * fx - near) * fy;
}

/** How steeply `noise2` rises along `x` and `y`, written into `result`. */
export function slope2(x: number, y: number, seed: number, result: { x: number; y: number }): void {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const tx = x - ix;
  const ty = y - iy;
  const a = latticeValue(ix, iy, 0, seed);
  const b = latticeValue(ix + 1, iy, 0, seed) - a;
  const c = latticeValue(ix, iy + 1, 0, seed) - a;
  const d = latticeValue(ix + 1, iy + 1, 0, seed) - a - b - c;
  result.x = fadeSlope(tx) * (b + d * fade(ty));
  result.y = fadeSlope(ty) * (c + d * fade(tx));
}

export function noise3(x: number, y: number, z: number, seed: number): number {
  const iz = Math.floor(z);
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const fx = fade(x - ix);
  const fy = fade(y - iy);
  const fz = fade(z - iz);
  const a = latticeValue(ix, iy, iz, seed);
  const b = latticeValue(ix + 1, iy, iz, seed);
  const c = latticeValue(ix, iy + 1, iz, seed);
  const d = latticeValue(ix + 1, iy + 1, iz, seed);
  const e = latticeValue(ix, iy, iz + 1, seed);
  const f = latticeValue(ix + 1, iy, iz + 1, seed);
  const g = latticeValue(ix, iy + 1, iz + 1, seed);
  const h = latticeValue(ix + 1, iy + 1, iz + 1, seed);
  const low = a + (b - a) * fx;
  const near = low + (c + (d - c) * fx - low) * fy;
  const high = e + (f - e) * fx;
  const far = high + (g + (h - g) * fx - high) * fy;
  return near + (far - near) * fz;
}
