/**
 * Where the pixels of an augmented image come from: one affine map for all its geometric steps together.
 *
 * Only + − × ÷ are used, which the language fixes to the last bit; the angle functions of `Math` are not.
 */
import type { ImageGeometry } from '@oddpixel/contract';
import type { Augmentation } from './draw.ts';

/**
 * Pixel (x, y) of the new image shows (xx·x + xy·y + x0, yx·x + yy·y + y0) of the old one, where pixel middles are at
 * whole numbers. Without rotation and zoom all positions are whole, exactly.
 */
export interface SourceMap {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

export interface Turn {
  readonly cos: number;
  readonly sin: number;
}

/**
 * Cosine and sine; exact for multiples of 90 degrees.
 *
 * Less than half a quarter turn is left after whole ones; its half has the tangent t by Lambert's continued fraction
 * (J. H. Lambert 1761), and ((1 − t²), 2t) / (1 + t²) lies on the circle for any t.
 */
export function turnBy(degrees: number): Turn {
  const quarters = Math.floor(degrees / 90 + 0.5);
  const half = (degrees - 90 * quarters) * (Math.PI / 360);
  let fraction = 11;
  for (let odd = 9; odd > 0; odd -= 2) fraction = odd - (half * half) / fraction;
  const t = half / fraction;
  let cos = (1 - t * t) / (1 + t * t);
  let sin = (2 * t) / (1 + t * t);
  for (let q = ((quarters % 4) + 4) % 4; q > 0; q--) [cos, sin] = [0 - sin, cos];
  return { cos, sin };
}

/**
 * The map of an augmentation. Rotation happens in the source image's pixels: if preprocessing squeezed the image,
 * the object turns as it would have before the camera. Flips and quarter turns are the model pixels' own.
 */
export function sourceMap(augmentation: Augmentation, geometry: ImageGeometry): SourceMap {
  const { width, height, box } = geometry;
  const { flipHorizontal, flipVertical, quarterTurns, degrees, zoom, shiftX, shiftY } = augmentation;
  // Each step is undone, the last one first: shift and zoom, rotation, quarter turns, flips.
  const rotation = turnBy(degrees);
  const aspect = ((box.height / height) * width) / box.width;
  const rotated = {
    xx: rotation.cos / zoom,
    xy: (rotation.sin * aspect) / zoom,
    yx: (0 - rotation.sin) / aspect / zoom,
    yy: rotation.cos / zoom,
  };
  const quarter = turnBy(90 * quarterTurns);
  const flipX = flipHorizontal ? -1 : 1;
  const flipY = flipVertical ? -1 : 1;
  const xx = flipX * (quarter.cos * rotated.xx + quarter.sin * rotated.yx);
  const xy = flipX * (quarter.cos * rotated.xy + quarter.sin * rotated.yy);
  const yx = flipY * (quarter.cos * rotated.yx - quarter.sin * rotated.xx);
  const yy = flipY * (quarter.cos * rotated.yy - quarter.sin * rotated.xy);
  // Steps are about the middle, which lies at half of the size less half a pixel.
  const middleX = (width - 1) / 2;
  const middleY = (height - 1) / 2;
  const x0 = middleX - xx * (middleX + shiftX) - xy * (middleY + shiftY);
  const y0 = middleY - yx * (middleX + shiftX) - yy * (middleY + shiftY);
  return { xx, xy, x0, yx, yy, y0 };
}
