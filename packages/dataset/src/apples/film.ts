/** From light to the 8-bit picture: lens blur, falling-off corners, exposure, film curve, sensor noise. */
import { filmCurve, toDisplay } from './colour.ts';
import { latticeBits } from './random.ts';
import type { AppleScene } from './scene.ts';
import { grown, wholePicture } from './window.ts';
import type { Window } from './window.ts';

/** Display values 0..255, not rounded, no noise: interleaved RGB, `[H, W, 3]`; 0 outside the window. */
export function develop(
  { width, height, film }: AppleScene,
  light: Float32Array,
  window: Window = wholePicture(width, height),
): Float32Array {
  const values = blurred(light, width, height, film.blur, window);
  const red = film.exposure * film.whiteBalance[0];
  const green = film.exposure;
  const blue = film.exposure * film.whiteBalance[1];
  const corner = 1 / (width * width + height * height);
  for (let y = window.top; y < window.bottom; y++) {
    let at = 3 * (y * width + window.left);
    for (let x = window.left; x < window.right; x++, at += 3) {
      const dx = 2 * x - width;
      const dy = 2 * y - height;
      const kept = 1 - film.vignette * (dx * dx + dy * dy) * corner;
      values[at] = toDisplay(filmCurve((values[at] as number) * kept * red));
      values[at + 1] = toDisplay(filmCurve((values[at + 1] as number) * kept * green));
      values[at + 2] = toDisplay(filmCurve((values[at + 2] as number) * kept * blue));
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

/** Each neighbour to the left, right, above and below gets the weight; the picture's edges repeat. */
function blurred(
  light: Float32Array,
  width: number,
  height: number,
  weight: number,
  window: Window,
): Float32Array {
  const across = new Float32Array(light.length);
  const result = new Float32Array(light.length);
  const own = 1 - 2 * weight;
  const row = width * 3;
  const outer = grown(window, width, height);
  for (let y = outer.top; y < outer.bottom; y++) {
    const first = y * row;
    const last = first + row - 3;
    const end = first + 3 * window.right;
    for (let at = first + 3 * window.left; at < end; at++) {
      const left = light[at - first < 3 ? at : at - 3] as number;
      const right = light[at < last ? at + 3 : at] as number;
      across[at] = own * (light[at] as number) + weight * (left + right);
    }
  }
  for (let y = window.top; y < window.bottom; y++) {
    const above = y > 0 ? row : 0;
    const below = y < height - 1 ? row : 0;
    const end = y * row + 3 * window.right;
    for (let at = y * row + 3 * window.left; at < end; at++) {
      const neighbours = (across[at - above] as number) + (across[at + below] as number);
      result[at] = own * (across[at] as number) + weight * neighbours;
    }
  }
  return result;
}
