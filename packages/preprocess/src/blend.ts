/**
 * Blending the maps of tiles into one map without visible seams.
 *
 * Each tile weighs 1 in its middle and falls linearly to 0 towards a neighbour, over their overlap; the weights at
 * a pixel are divided by their sum. Because tiles lie on a grid, weights are products of one factor per axis, and
 * so are their sums: nothing but the result is held, however many tiles there are. A weight reaches 0 half a map
 * pixel before the tile's edge, where the map itself ends and could only be repeated; so a map that is linear over
 * the image stays exactly linear up to half a map pixel from the image's border.
 */
import { ParameterError, type AnomalyImage, type Box } from '@oddpixel/contract';

export interface TileMap {
  /** Where the tile lies, in source pixels, as planned by `planTiles`. */
  readonly box: Box;
  /** The tile's map, at whatever resolution the model has. */
  readonly map: AnomalyImage;
}

export interface BlendOptions {
  /** Size of the source image. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** Size of the result; default: the source's. Smaller saves memory (4 bytes per pixel). */
  readonly width?: number;
  readonly height?: number;
}

export interface TileBlender {
  /** Adds one tile; its map is not kept. @throws ParameterError for a box that was not planned or comes twice. */
  add(tile: TileMap): void;
  /** The blended map. @throws ParameterError while tiles are missing. */
  finish(): AnomalyImage;
}

/**
 * Takes the maps of planned tiles one by one, in any order.
 *
 * @param plan the boxes of `planTiles`
 * @throws ParameterError when the boxes are not a grid that covers the source.
 */
export function createTileBlender(plan: readonly Box[], options: BlendOptions): TileBlender {
  const { sourceWidth, sourceHeight, width = sourceWidth, height = sourceHeight } = options;
  const columns = axisOf(plan, 'x', 'width', sourceWidth);
  const rows = axisOf(plan, 'y', 'height', sourceHeight);
  const missing = new Set(plan.map(boxKey));
  if (missing.size !== plan.length || missing.size !== columns.length * rows.length) {
    throw gridError(`${plan.length} boxes in ${columns.length} columns and ${rows.length} rows`);
  }
  const data = new Float32Array(width * height);
  // Sums of weights depend on the maps' resolution, which the first tile shows.
  let weights: { mapWidth: number; mapHeight: number; across: AxisWeights; down: AxisWeights } | undefined;

  return {
    add({ box, map }) {
      if (!missing.has(boxKey(box))) {
        throw new ParameterError({
          name: 'tile.box',
          expected: 'a planned box, each once',
          received: boxKey(box),
        });
      }
      weights ??= {
        mapWidth: map.width,
        mapHeight: map.height,
        across: weighAxis(columns, map.width, sourceWidth, width),
        down: weighAxis(rows, map.height, sourceHeight, height),
      };
      if (map.width !== weights.mapWidth || map.height !== weights.mapHeight) {
        throw new ParameterError({
          name: 'tile.map',
          expected: `a map of ${weights.mapWidth}×${weights.mapHeight} as for the other tiles`,
          received: `${map.width}×${map.height}`,
        });
      }
      const across = weights.across.get(box.x) ?? emptySpan;
      const down = weights.down.get(box.y) ?? emptySpan;
      addTile(data, width, map, across, down);
      missing.delete(boxKey(box));
    },
    finish() {
      if (missing.size > 0) {
        throw new ParameterError({
          name: 'tiles',
          expected: `all ${plan.length} planned tiles`,
          received: `${plan.length - missing.size}`,
        });
      }
      return { width, height, data };
    },
  };
}

/** Blends the maps of all planned tiles; see `createTileBlender` for taking them one by one. */
export function blendTiles(tiles: readonly TileMap[], options: BlendOptions): AnomalyImage {
  const blender = createTileBlender(
    tiles.map(({ box }) => box),
    options,
  );
  for (const tile of tiles) blender.add(tile);
  return blender.finish();
}

/** One tile along one axis, in source pixels. */
interface Interval {
  readonly start: number;
  readonly end: number;
}

/** For the output pixels `first …` that a tile covers along one axis: bilinear taps into its map, and its share of the result. */
interface Span {
  readonly first: number;
  readonly lower: Int32Array;
  readonly fraction: Float64Array;
  readonly share: Float64Array;
}

type AxisWeights = ReadonlyMap<number, Span>;

const emptySpan: Span = {
  first: 0,
  lower: new Int32Array(0),
  fraction: new Float64Array(0),
  share: new Float64Array(0),
};

function axisOf(plan: readonly Box[], at: 'x' | 'y', size: 'width' | 'height', length: number): Interval[] {
  const ends = new Map<number, number>();
  for (const box of plan) {
    const end = box[at] + box[size];
    if ((ends.get(box[at]) ?? end) !== end) throw gridError(`boxes of different size at ${at} ${box[at]}`);
    ends.set(box[at], end);
  }
  const intervals = [...ends].map(([start, end]) => ({ start, end })).sort((a, b) => a.start - b.start);
  let covered = 0;
  for (const { start, end } of intervals) {
    if (start > covered) throw gridError(`a gap before ${at} ${start}`);
    covered = Math.max(covered, end);
  }
  if (covered !== length) throw gridError(`boxes up to ${at} ${covered} of ${length}`);
  return intervals;
}

/** Spans of all tiles of one axis, by start. `mapLength`: map pixels per tile; `outLength`: result pixels over `sourceLength`. */
function weighAxis(
  intervals: readonly Interval[],
  mapLength: number,
  sourceLength: number,
  outLength: number,
): AxisWeights {
  const sums = new Float64Array(outLength);
  const spans = new Map<number, Span>();
  const step = sourceLength / outLength;
  for (const [index, interval] of intervals.entries()) {
    const before = intervals[index - 1];
    const after = intervals[index + 1];
    const { start, end } = interval;
    // Output pixel i is the tile's where its middle, (i + ½) · step, lies in [start, end).
    const first = Math.max(0, Math.ceil(start / step - 0.5));
    const last = Math.min(outLength, Math.ceil(end / step - 0.5));
    const count = Math.max(0, last - first);
    const lower = new Int32Array(count);
    const fraction = new Float64Array(count);
    const share = new Float64Array(count);
    const pixel = (end - start) / mapLength;
    for (let i = 0; i < count; i++) {
      const source = (first + i + 0.5) * step;
      const position = Math.min(mapLength - 1, Math.max(0, (source - start) / pixel - 0.5));
      lower[i] = Math.min(Math.floor(position), Math.max(0, mapLength - 2));
      fraction[i] = position - (lower[i] as number);
      const fromLeft = before === undefined ? 1 : ramp(source - start, before.end - start, pixel);
      const fromRight = after === undefined ? 1 : ramp(end - source, end - after.start, pixel);
      // Where this is 0, near an edge towards a neighbour, the neighbour has full weight: no sum is 0.
      share[i] = Math.min(fromLeft, fromRight);
      sums[first + i] = (sums[first + i] as number) + (share[i] as number);
    }
    spans.set(start, { first, lower, fraction, share });
  }
  for (const { first, share } of spans.values()) {
    for (let i = 0; i < share.length; i++) share[i] = (share[i] as number) / (sums[first + i] as number);
  }
  return spans;
}

/** Weight at `distance` inside a tile's edge: 0 half a map pixel inside, 1 half a map pixel before the overlap ends. */
function ramp(distance: number, overlap: number, pixel: number): number {
  const margin = overlap > 2 * pixel ? pixel / 2 : 0;
  return Math.min(1, Math.max(0, (distance - margin) / (overlap - 2 * margin || 1)));
}

function addTile(out: Float32Array, outWidth: number, map: AnomalyImage, across: Span, down: Span): void {
  for (let j = 0; j < down.share.length; j++) {
    const top = (down.lower[j] as number) * map.width;
    const bottom = map.height > 1 ? top + map.width : top;
    const v = down.fraction[j] as number;
    const rowShare = down.share[j] as number;
    const row = (down.first + j) * outWidth + across.first;
    for (let i = 0; i < across.share.length; i++) {
      const left = across.lower[i] as number;
      const right = map.width > 1 ? left + 1 : left;
      const u = across.fraction[i] as number;
      const above = (map.data[top + left] as number) * (1 - u) + (map.data[top + right] as number) * u;
      const below = (map.data[bottom + left] as number) * (1 - u) + (map.data[bottom + right] as number) * u;
      const value = above * (1 - v) + below * v;
      out[row + i] = (out[row + i] as number) + value * rowShare * (across.share[i] as number);
    }
  }
}

function boxKey({ x, y, width, height }: Box): string {
  return `x ${x}, y ${y}, ${width}×${height}`;
}

function gridError(received: string): ParameterError {
  return new ParameterError({
    name: 'plan',
    expected: 'boxes that form a grid and cover the source',
    received,
    fix: 'Use planTiles.',
  });
}
