/** From light to the 8-bit picture: lens blur, falling-off corners, exposure, film curve, sensor noise. */
import { filmCurve, toDisplay } from './colour.ts';
import { latticeBits } from './random.ts';
import type { AppleScene } from './scene.ts';

/** Display values 0..255, not rounded, no noise: interleaved RGB, `[H, W, 3]`. */
export function develop({ width, height, film }: AppleScene, light: Float32Array): Float32Array {
  const values = blurred(light, width, height, film.blur);
  const gains = [
    film.exposure * film.whiteBalance[0],
    film.exposure,
    film.exposure * film.whiteBalance[1],
  ] as const;
  const corner = 1 / (width * width + height * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const dx = 2 * x - width;
      const dy = 2 * y - height;
      const away = (dx * dx + dy * dy) * corner;
      const kept = 1 - film.vignette * away;
      for (let channel = 0; channel < 3; channel++, at++) {
        values[at] = toDisplay(filmCurve((values[at] as number) * kept * gains[channel as 0 | 1 | 2]));
      }
    }
  }
  return values;
}

/** Adds sensor noise and rounds. The noise depends on the seed and the pixel alone. */
export function digitize({ seed, film }: AppleScene, values: Float32Array): Uint8Array {
  const pixels = new Uint8Array(values.length);
  // Four uniform bytes make a bell; its deviation is 147.8.
  const strength = film.noise / 147.8;
  for (let at = 0; at < values.length; at++) {
    const bits = latticeBits(at, 0, 0, seed);
    const sum = (bits & 255) + ((bits >> 8) & 255) + ((bits >> 16) & 255) + ((bits >> 24) & 255) - 510;
    const value = Math.floor((values[at] as number) + sum * strength + 0.5);
    pixels[at] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
  return pixels;
}

/** Each neighbour to the left, right, above and below gets the weight; edges repeat. */
function blurred(light: Float32Array, width: number, height: number, weight: number): Float32Array {
  const across = new Float32Array(light.length);
  const result = new Float32Array(light.length);
  const own = 1 - 2 * weight;
  const row = width * 3;
  for (let at = 0; at < light.length; at++) {
    const column = at % row;
    const left = column < 3 ? at : at - 3;
    const right = column >= row - 3 ? at : at + 3;
    across[at] = own * (light[at] as number) + weight * ((light[left] as number) + (light[right] as number));
  }
  const last = (height - 1) * row;
  for (let at = 0; at < light.length; at++) {
    const above = at < row ? at : at - row;
    const below = at >= last ? at : at + row;
    result[at] =
      own * (across[at] as number) + weight * ((across[above] as number) + (across[below] as number));
  }
  return result;
}
