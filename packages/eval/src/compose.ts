/** Small pictures and strips of pictures. */
import { ParameterError, type Raster } from '@oddpixel/contract';
import { copyNumbers } from '@oddpixel/contract/unstable';
import type { Color } from './outline.ts';
import { toRgb } from './overlay.ts';

/**
 * The picture reduced so that its longer side is at most `maxSide`: means over areas, of the same depth and channels.
 * Never enlarged.
 *
 * @throws ParameterError for a side below 1.
 */
export function thumbnail(raster: Raster, maxSide: number): Raster {
  if (!(maxSide >= 1)) {
    throw new ParameterError({ name: 'maxSide', expected: 'at least 1', received: String(maxSide) });
  }
  const factor = Math.max(raster.width, raster.height) / maxSide;
  if (factor <= 1) return raster;
  const { channels } = raster;
  const width = Math.max(1, Math.round(raster.width / factor));
  const height = Math.max(1, Math.round(raster.height / factor));
  const data = copyNumbers(raster.data, width * height * channels);
  const round = data instanceof Float32Array ? (value: number) => value : Math.round;
  for (let y = 0; y < height; y++) {
    const [top, bottom] = span(y, height, raster.height);
    for (let x = 0; x < width; x++) {
      const [left, right] = span(x, width, raster.width);
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let row = top; row < bottom; row++) {
          for (let column = left; column < right; column++) {
            sum += raster.data[(row * raster.width + column) * channels + c] as number;
          }
        }
        data[(y * width + x) * channels + c] = round(sum / ((bottom - top) * (right - left)));
      }
    }
  }
  return { ...raster, width, height, data };
}

/** The source pixels that pixel `index` of `count` stands for. */
function span(index: number, count: number, size: number): [number, number] {
  const begin = Math.floor((index * size) / count);
  return [begin, Math.max(begin + 1, Math.floor(((index + 1) * size) / count))];
}

export interface TileRastersOptions {
  /** Pictures per row. Default: all in one row. */
  readonly columns?: number;
  /** Pixels between pictures. Default 8. */
  readonly gap?: number;
  /** Default white. */
  readonly background?: Color;
}

/**
 * Pictures in a grid, 8-bit RGB; each cell is as large as the largest picture.
 *
 * @throws ParameterError without pictures, or for a number of columns or a gap that is no whole number.
 */
export function tileRasters(rasters: readonly Raster[], options: TileRastersOptions = {}): Raster {
  const { columns = rasters.length, gap = 8, background = [255, 255, 255] } = options;
  if (!(Number.isInteger(columns) && columns >= 1 && Number.isInteger(gap) && gap >= 0)) {
    throw new ParameterError({
      name: 'tileRasters',
      expected: 'at least one picture and one column, and a gap in whole pixels',
      received: `${rasters.length} pictures, ${columns} columns, gap ${gap}`,
    });
  }
  const cellWidth = Math.max(...rasters.map(({ width }) => width));
  const cellHeight = Math.max(...rasters.map(({ height }) => height));
  const rows = Math.ceil(rasters.length / columns);
  const width = columns * cellWidth + (columns - 1) * gap;
  const height = rows * cellHeight + (rows - 1) * gap;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set(background, 3 * i);
  rasters
    .map((raster) => toRgb(raster))
    .forEach((raster, index) => {
      const x = (index % columns) * (cellWidth + gap);
      const y = Math.floor(index / columns) * (cellHeight + gap);
      for (let row = 0; row < raster.height; row++) {
        const line = raster.data.subarray(row * raster.width * 3, (row + 1) * raster.width * 3);
        data.set(line, 3 * ((y + row) * width + x));
      }
    });
  return { width, height, channels: 3, data };
}
