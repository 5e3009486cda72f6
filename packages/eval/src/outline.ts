/** Outlines of regions, drawn into pictures of any size. */
import type { Box, Raster, Region } from '@oddpixel/contract';
import { forEachRun } from '@oddpixel/model-core/unstable';

/** 0..255 each. */
export type Color = readonly [red: number, green: number, blue: number];

/**
 * Draws the inner border of a region that lies in `box` of an 8-bit RGB picture. However small the picture, no part
 * of the region vanishes: every run covers at least one pixel.
 */
export function drawOutline({ width, height, data }: Raster, region: Region, box: Box, color: Color): void {
  const scaleX = box.width / region.width;
  const scaleY = box.height / region.height;
  const covered = new Uint8Array(width * height);
  forEachRun(region, (row, begin, end) => {
    const [left, right] = pixelsBetween(box.x + begin * scaleX, box.x + end * scaleX, width);
    const [top, bottom] = pixelsBetween(box.y + row * scaleY, box.y + (row + 1) * scaleY, height);
    for (let y = top; y < bottom; y++) covered.fill(1, y * width + left, y * width + right);
  });
  const inside = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && covered[y * width + x] === 1;
  const thickness = Math.max(1, Math.round(Math.min(width, height) / 200));
  for (let pixel = covered.indexOf(1); pixel >= 0; pixel = covered.indexOf(1, pixel + 1)) {
    const x = pixel % width;
    const y = (pixel - x) / width;
    const within =
      inside(x - thickness, y) &&
      inside(x + thickness, y) &&
      inside(x, y - thickness) &&
      inside(x, y + thickness);
    if (!within) data.set(color, 3 * pixel);
  }
}

/** The pixels whose centres lie between two coordinates, as `[first, after the last]`: at least one, unless all lies outside. */
function pixelsBetween(from: number, to: number, size: number): [number, number] {
  if (to <= 0 || from >= size) return [0, 0];
  const begin = Math.min(size - 1, Math.max(0, Math.ceil(from - 0.5)));
  return [begin, Math.min(size, Math.max(begin + 1, Math.ceil(to - 0.5)))];
}
