/**
 * Images that show the same thing though their bytes differ: a file saved again, brightened by a gray value or two, the
 * same part photographed twice. To the heads they are one image, and counting them as several promises too much.
 *
 * The distance of two images is the root mean square difference of their features, patch by patch, as a share of what
 * it would be between two unrelated images (√2 × the root mean square of centred features of the set): 0 for equal
 * images, about 1 for unrelated ones. Near-equal are those with less than 0.05. A change of all pixels by a gray value,
 * noise of one gray value and an image larger than the input that is saved again stay below it; different parts, even
 * well placed ones under steady light, keep 0.09 and more.
 *
 * Distances come from a sketch of each image of 256 numbers: at most 256 patches of it, hashed with random signs
 * (M. Charikar, K. Chen, M. Farach-Colton 2002), which keeps distances to a few percent.
 */
import { mixBits } from '@oddpixel/contract/unstable';

/** Numbers in a sketch: a power of two. */
const sketchSize = 256;
/** Patches that are looked at, spread over the image. */
const mostPatches = 256;
/** The distance below which images are near-equal. */
const nearDistance = 0.05;

/** Sums over hashed features of an image; differences of two keep the distance of the images. */
export type Sketch = Float32Array;

/** Makes sketches of images of `perImage` patches with `dims` centred features each. */
export function openSketcher(perImage: number, dims: number): (patches: Float32Array) => Sketch {
  // An odd step visits all columns of a grid, whose width is a multiple of 4.
  const step = Math.ceil(perImage / mostPatches) | 1;
  const chosen = Math.ceil(perImage / step);
  const buckets = Uint16Array.from({ length: chosen * dims }, (_, i) => mixBits(i + 1) & (sketchSize - 1));
  const signs = Int8Array.from({ length: chosen * dims }, (_, i) => (mixBits(~i) & 1 ? 1 : -1));
  return (patches) => {
    const sketch = new Float32Array(sketchSize);
    for (let patch = 0, i = 0; patch < perImage; patch += step) {
      for (let from = patch * dims, to = from + dims; from < to; from++, i++) {
        const bucket = buckets[i] as number;
        sketch[bucket] = (sketch[bucket] as number) + (signs[i] as number) * (patches[from] as number);
      }
    }
    return sketch;
  };
}

/** Sketches of a set, image by image. */
export interface SketchSet {
  /** Adds an image and returns the place of an earlier one that it is near-equal to, as far as is known so far. */
  add(sketch: Sketch): number | undefined;
  /** Pairs of places, earlier one first, of all near-equal images, judged by the whole set. */
  pairs(): [number, number][];
}

export function sketchSet(): SketchSet {
  const sketches: Sketch[] = [];
  /** Sum of squared lengths. */
  let energy = 0;
  /** The squared distance of near-equal images, as far as the set is known. */
  const limit = (): number => (nearDistance ** 2 * 2 * energy) / sketches.length;

  return {
    add(sketch) {
      energy += sketch.reduce((sum, value) => sum + value * value, 0);
      sketches.push(sketch);
      const far = limit();
      const near = sketches.findIndex((other) => squaredDistance(sketch, other, far) <= far);
      return near === sketches.length - 1 ? undefined : near;
    },
    pairs() {
      const far = limit();
      const near: [number, number][] = [];
      for (const [place, sketch] of sketches.entries()) {
        for (let i = 0; i < place; i++) {
          if (squaredDistance(sketch, sketches[i] as Sketch, far) <= far) near.push([i, place]);
        }
      }
      return near;
    },
  };
}

/** Exact up to `enough`, else anything above it. */
function squaredDistance(a: Sketch, b: Sketch, enough: number): number {
  let sum = 0;
  for (let start = 0; start < sketchSize; start += 16) {
    for (let i = start; i < start + 16; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
    if (sum > enough) return sum;
  }
  return sum;
}
