/**
 * Planes and regions seen through a `SourceMap`, each pixel once. Beyond its border an image goes on as its own
 * reflection (… c b a | a b c | c b a …), as often as needed. `warp.test.ts` holds the slow obvious version.
 *
 * Array reads are marked `as number`: every index is folded into the image, and a check per tap would show.
 */
import type { Region } from '@oddpixel/contract';
import type { SourceMap } from './source-map.ts';

/** Bilinear; exact copies if positions are whole. `planes` is `[C, height, width]`, and so is the result. */
export function warpPlanes(
  planes: Float32Array,
  width: number,
  height: number,
  map: SourceMap,
): Float32Array {
  const pixels = width * height;
  const out = new Float32Array(planes.length);
  for (let y = 0; y < height; y++) {
    const rowX = map.xy * y + map.x0;
    const rowY = map.yy * y + map.y0;
    for (let x = 0; x < width; x++) {
      const sourceX = map.xx * x + rowX;
      const sourceY = map.yx * x + rowY;
      const column = Math.floor(sourceX);
      const row = Math.floor(sourceY);
      const right = sourceX - column;
      const down = sourceY - row;
      const left0 = fold(column, width);
      const left1 = fold(column + 1, width);
      const top0 = fold(row, height) * width;
      const top1 = fold(row + 1, height) * width;
      let to = y * width + x;
      for (let plane = 0; plane < planes.length; plane += pixels, to += pixels) {
        const a = planes[plane + top0 + left0] as number;
        const b = planes[plane + top0 + left1] as number;
        const c = planes[plane + top1 + left0] as number;
        const d = planes[plane + top1 + left1] as number;
        const upper = a + right * (b - a);
        const lower = c + right * (d - c);
        out[to] = upper + down * (lower - upper);
      }
    }
  }
  return out;
}

/** Nearest neighbour: a pixel belongs to the result if the pixel that it mostly shows belongs to the region. */
export function warpRegion(region: Region, map: SourceMap): Region {
  const { width, height } = region;
  const inside = new Uint8Array(width * height);
  for (let r = 0; r < region.runs.length; r += 3) {
    const row = (region.runs[r] as number) * width;
    inside.fill(1, row + (region.runs[r + 1] as number), row + (region.runs[r + 2] as number));
  }
  const runs: number[] = [];
  for (let y = 0; y < height; y++) {
    let begin = -1;
    for (let x = 0; x < width; x++) {
      const column = fold(Math.floor(map.xx * x + (map.xy * y + map.x0) + 0.5), width);
      const row = fold(Math.floor(map.yx * x + (map.yy * y + map.y0) + 0.5), height);
      const shown = inside[row * width + column] === 1;
      if (shown && begin < 0) begin = x;
      if (!shown && begin >= 0) {
        runs.push(y, begin, x);
        begin = -1;
      }
    }
    if (begin >= 0) runs.push(y, begin, width);
  }
  return { width, height, runs: Int32Array.from(runs) };
}

/** The pixel of 0..length − 1 that a whole number on the reflected line shows. */
function fold(position: number, length: number): number {
  if (position >= 0 && position < length) return position;
  const period = 2 * length;
  const rest = position - period * Math.floor(position / period);
  return rest < length ? rest : period - 1 - rest;
}
