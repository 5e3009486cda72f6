/** Rows of a PNG: the filters between them and the passes of an interlaced picture (PNG specification, 8 and 9). */
import type { PngHeader } from './png-chunks.ts';

/** A picture of its own inside the data: all of it, or one pass of Adam7. */
export interface PngPass {
  readonly width: number;
  readonly height: number;
  /** Pixel (x, y) of the pass is pixel (`left` + x · `stepX`, `top` + y · `stepY`) of the picture. */
  readonly left: number;
  readonly top: number;
  readonly stepX: number;
  readonly stepY: number;
  /** Bytes of a row, without the filter's byte before it. */
  readonly rowBytes: number;
}

/** left, top, stepX, stepY */
const adam7: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** The passes in the order of the file, empty ones left out. */
export function pngPasses(
  { width, height, depth, isInterlaced }: PngHeader,
  channels: number,
): readonly PngPass[] {
  return (isInterlaced ? adam7 : [[0, 0, 1, 1] as const])
    .map(([left, top, stepX, stepY]) => {
      const columns = Math.ceil((width - left) / stepX);
      const rowBytes = Math.ceil((columns * channels * depth) / 8);
      return { width: columns, height: Math.ceil((height - top) / stepY), left, top, stepX, stepY, rowBytes };
    })
    .filter((pass) => pass.width > 0 && pass.height > 0);
}

/** Filters have the numbers from 0 to this one. */
export const lastFilter = 4;

/**
 * Undoes the filter of one row, in place.
 *
 * @param above the row before it, undone, or zeros
 * @param back bytes from one pixel to the next, at least 1
 */
export function undoFilter(filter: number, row: Uint8Array, above: Uint8Array, back: number): void {
  const length = row.length;
  switch (filter) {
    case 0:
      return;
    case 1:
      for (let i = back; i < length; i++) row[i] = at(row, i) + at(row, i - back);
      return;
    case 2:
      for (let i = 0; i < length; i++) row[i] = at(row, i) + at(above, i);
      return;
    case 3:
      for (let i = 0; i < length; i++) {
        const left = i < back ? 0 : at(row, i - back);
        row[i] = at(row, i) + ((left + at(above, i)) >> 1);
      }
      return;
    case 4:
      for (let i = 0; i < length; i++) {
        const isFirst = i < back;
        const left = isFirst ? 0 : at(row, i - back);
        row[i] = at(row, i) + nearest(left, at(above, i), isFirst ? 0 : at(above, i - back));
      }
      return;
    default:
      throw new Error(`the filter ${filter} is not known`);
  }
}

/** Paeth's predictor: whichever neighbour is nearest to left + above − corner. */
function nearest(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
}

/** A value that is there: the loops above stay inside their arrays. */
function at(bytes: Uint8Array, i: number): number {
  return bytes[i] as number;
}
