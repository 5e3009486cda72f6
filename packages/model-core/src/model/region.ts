/** Regions as runs: from a map and a threshold to connected components in source pixels. */
import {
  type AnomalyImage,
  type ImageGeometry,
  type Region,
  type RegionComponent,
  type Result,
} from '@oddpixel/contract';
import { disjointSets } from '@oddpixel/contract/unstable';

/** The pixels of `map` that are not below `threshold`, so those without a number too; with `domain`, only those inside it. */
export function regionFromMap(map: AnomalyImage, threshold: number, domain?: Region): Region {
  const runs: number[] = [];
  const emit = (row: number, begin: number, end: number): void => {
    let start = -1;
    for (let x = begin; x <= end; x++) {
      const inside = x < end && !((map.data[row * map.width + x] as number) < threshold);
      if (inside && start < 0) start = x;
      if (!inside && start >= 0) {
        runs.push(row, start, x);
        start = -1;
      }
    }
  };
  if (domain === undefined) {
    for (let row = 0; row < map.height; row++) emit(row, 0, map.width);
  } else {
    forEachRun(domain, emit);
  }
  return { width: map.width, height: map.height, runs: Int32Array.from(runs) };
}

/** Number of pixels in a region. */
export function regionArea(region: Region): number {
  let area = 0;
  forEachRun(region, (_row, begin, end) => (area += end - begin));
  return area;
}

/** The region as one byte per pixel, 1 inside, row-major. */
export function regionToMask(region: Region): Uint8Array {
  const mask = new Uint8Array(region.width * region.height);
  forEachRun(region, (row, begin, end) => mask.fill(1, row * region.width + begin, row * region.width + end));
  return mask;
}

/** Calls `visit(row, firstColumn, columnAfterLast)` for every run, in order. */
export function forEachRun(region: Region, visit: (row: number, begin: number, end: number) => void): void {
  const { runs } = region;
  for (let i = 0; i + 2 < runs.length; i += 3) {
    visit(runs[i] as number, runs[i + 1] as number, runs[i + 2] as number);
  }
}

/**
 * The 8-connected components of a result's anomalous region, largest peak first.
 * Empty before thresholds were applied.
 */
export function regionComponents(result: Result): RegionComponent[] {
  const { anomalyRegion: region, anomalyImage: map, geometry } = result;
  if (region === undefined) return [];
  const labels = labelRuns(region);
  const components = new Map<number, Accumulator>();
  let index = 0;
  forEachRun(region, (row, begin, end) => {
    const label = labels[index++] as number;
    let component = components.get(label);
    if (component === undefined) components.set(label, (component = newAccumulator()));
    accumulate(component, map, row, begin, end);
  });
  return [...components.values()]
    .map((component) => toSource(component, geometry))
    .sort((a, b) => rank(b.peak.value) - rank(a.peak.value) || 0);
}

/** A value that is not a number ranks before all that are. */
function rank(value: number): number {
  return Number.isNaN(value) ? Infinity : value;
}

/** The region of the pixels that are not 0 in a mask of one byte per pixel, row-major. */
export function regionFromMask(mask: Uint8Array, width: number, height: number): Region {
  return regionFromMap({ width, height, data: Float32Array.from(mask) }, 1);
}

/**
 * The 8-connected component of every run of a region: runs with equal numbers belong together; a component's number
 * is the index of its first run. Union-find over runs: two in neighbouring rows join if they touch, diagonals
 * included.
 */
export function labelRuns(region: Region): Int32Array {
  const { runs } = region;
  const count = Math.floor(runs.length / 3);
  const { first, unite } = disjointSets();
  let above = 0;
  for (let i = 0; i < count; i++) {
    const row = runs[3 * i] as number;
    const begin = runs[3 * i + 1] as number;
    const end = runs[3 * i + 2] as number;
    // Skip runs that end left of this one or lie more than one row above; both never matter again.
    while (
      above < i &&
      ((runs[3 * above] as number) < row - 1 ||
        ((runs[3 * above] as number) === row - 1 && (runs[3 * above + 2] as number) < begin))
    )
      above++;
    for (
      let j = above;
      j < i && (runs[3 * j] as number) === row - 1 && (runs[3 * j + 1] as number) <= end;
      j++
    )
      unite(i, j);
  }
  return Int32Array.from({ length: count }, (_, i) => first(i));
}

interface Accumulator {
  area: number;
  sumX: number;
  sumY: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  peakX: number;
  peakY: number;
  peak: number;
}

function newAccumulator(): Accumulator {
  return {
    area: 0,
    sumX: 0,
    sumY: 0,
    left: Infinity,
    right: 0,
    top: Infinity,
    bottom: 0,
    peakX: 0,
    peakY: 0,
    peak: -Infinity,
  };
}

function accumulate(c: Accumulator, map: AnomalyImage, row: number, begin: number, end: number): void {
  const length = end - begin;
  c.area += length;
  // Pixel centres lie at + 0.5.
  c.sumX += (length * (begin + end)) / 2;
  c.sumY += length * (row + 0.5);
  c.left = Math.min(c.left, begin);
  c.right = Math.max(c.right, end);
  c.top = Math.min(c.top, row);
  c.bottom = Math.max(c.bottom, row + 1);
  for (let x = begin; x < end; x++) {
    const value = map.data[row * map.width + x] as number;
    if (!(value <= c.peak) && !Number.isNaN(c.peak)) {
      c.peak = value;
      c.peakX = x + 0.5;
      c.peakY = row + 0.5;
    }
  }
}

function toSource(c: Accumulator, geometry: ImageGeometry): RegionComponent {
  const { box } = geometry;
  const scaleX = box.width / geometry.width;
  const scaleY = box.height / geometry.height;
  const toX = (x: number): number => box.x + x * scaleX;
  const toY = (y: number): number => box.y + y * scaleY;
  return {
    area: c.area * scaleX * scaleY,
    box: {
      x: toX(c.left),
      y: toY(c.top),
      width: (c.right - c.left) * scaleX,
      height: (c.bottom - c.top) * scaleY,
    },
    centre: { x: toX(c.sumX / c.area), y: toY(c.sumY / c.area) },
    peak: { x: toX(c.peakX), y: toY(c.peakY), value: c.peak },
  };
}
