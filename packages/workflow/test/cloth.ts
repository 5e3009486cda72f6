/** Pictures of woven cloth, which look alike everywhere, and places where something lies on it. */
import type { Raster } from '@oddpixel/contract';

export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** RGB, 8 bit. `seed` moves the weave and its noise. */
export function cloth(width: number, height: number, seed: number, spots: readonly Spot[] = []): Raster {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x + 3 * seed, y + 5 * seed];
      const weave = ((u >> 2) + (v >> 2)) % 2 === 0 ? 40 * ((u & 3) + 1) : 40 * ((v & 3) + 1);
      const noise = Math.imul(u * 31 + v * 17 + seed, 0x9e3779b1) >>> 27;
      const odd = spots.some((spot) => (x - spot.x) ** 2 + (y - spot.y) ** 2 <= spot.radius ** 2);
      for (let c = 0; c < 3; c++) {
        data[3 * (y * width + x) + c] = odd ? ([230, 40, 60][c] ?? 0) : 30 + weave / 2 + noise + 8 * c;
      }
    }
  }
  return { width, height, channels: 3, data };
}
