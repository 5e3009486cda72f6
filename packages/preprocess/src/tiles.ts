/** Tiles: overlapping boxes that cover an image, so that small defects on large images are seen at full size. */
import { ParameterError, type Box } from '@oddpixel/contract';
import { isAllowed } from '@oddpixel/contract/unstable';

export interface TileOptions {
  /** Size of a tile in source pixels; the model's input size shows the image at full resolution. */
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Source pixels that neighbours share at least; 0 or more, less than the tile. An eighth of the tile is a good start. */
  readonly overlap: number;
}

/** Default, range and meaning. */
export const tileParameters = {
  overlap: {
    type: 'integer',
    default: 64,
    min: 0,
    unit: 'pixel',
    about: 'overlap of the tiles, less than their size',
  },
} as const;

/** More tiles are refused: each is one run of the model, so that this many take minutes. */
const maxTiles = 10_000;

/**
 * Boxes of equal size, row by row, that cover `width` × `height`. The last one of a row or column is moved back to
 * end at the border and so overlaps more. If the image is narrower or lower than a tile, the tile is as
 * narrow or low as the image.
 *
 * @throws ParameterError for sizes below 1, an overlap that is not less than the tile, or more than 10,000 tiles
 */
export function planTiles(width: number, height: number, options: TileOptions): Box[] {
  const { tileWidth, tileHeight, overlap } = options;
  for (const [name, value] of Object.entries({ width, height, tileWidth, tileHeight })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new ParameterError({ name, expected: 'a positive integer', received: String(value) });
    }
  }
  if (!isAllowed(tileParameters.overlap, overlap) || overlap >= Math.min(tileWidth, tileHeight)) {
    throw new ParameterError({
      name: 'overlap',
      expected: `an integer from ${tileParameters.overlap.min} to ${Math.min(tileWidth, tileHeight) - 1}, less than the tile`,
      received: String(overlap),
    });
  }
  const planned = countStarts(width, tileWidth, overlap) * countStarts(height, tileHeight, overlap);
  if (planned > maxTiles) {
    throw new ParameterError({
      name: 'tiles',
      expected: `at most ${maxTiles} tiles per image`,
      received: `${planned} for ${width}×${height} pixels, with tiles of ${tileWidth}×${tileHeight} that overlap by ${overlap}`,
      fix: 'Use larger tiles or a smaller overlap.',
    });
  }
  const columns = starts(width, tileWidth, overlap);
  const rows = starts(height, tileHeight, overlap);
  const size = { width: Math.min(width, tileWidth), height: Math.min(height, tileHeight) };
  return rows.flatMap((y) => columns.map((x) => ({ x, y, ...size })));
}

/** How many `starts` gives, without making them. */
function countStarts(length: number, tile: number, overlap: number): number {
  return length <= tile ? 1 : Math.ceil((length - tile) / (tile - overlap)) + 1;
}

function starts(length: number, tile: number, overlap: number): number[] {
  if (length <= tile) return [0];
  const positions: number[] = [];
  for (let at = 0; at + tile < length; at += tile - overlap) positions.push(at);
  return [...positions, length - tile];
}
