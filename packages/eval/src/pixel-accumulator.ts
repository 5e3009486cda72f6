/**
 * Pixel measures over many maps. What is kept is one float32 per good pixel and one double per anomalous one:
 * 1,000 maps of 256 × 256 take about 270 MB. Good pixels are never sorted, only counted.
 */
import { labelRuns, regionFromMask, forEachRun } from '@oddpixel/model-core/model';
import type { AnomalyImage } from '@oddpixel/model-core/contract';
import type { PixelMeasures } from './evaluation.ts';
import { orderedBits, rank, rankingMeasures, type Ranking } from './ranking.ts';

export interface PixelAccumulator {
  /** Adds one map with its ground truth, 1 where anomalous. `kind` is the defect, `undefined` for a good image. */
  add(map: AnomalyImage, mask: Uint8Array, kind: string | undefined, vanishedRegions: number): void;
  /** Releases what was kept. */
  finish(): PixelSummary;
}

interface PixelSummary {
  /** `null` where nothing was added. */
  readonly all: PixelMeasures | null;
  /** AUROC within the images of each kind of defect. */
  readonly aurocs: ReadonlyMap<string, number | null>;
}

/** Pixels of the images of one kind: good values, and packed anomalous ones. */
interface Pixels {
  readonly good: Float32Array[];
  readonly odd: Float64Array[];
}

/** Regions are numbered in the low digits of packed values: no more than this. */
const maxRegions = 2 ** 21;

export function accumulatePixels(): PixelAccumulator {
  const kinds = new Map<string | undefined, Pixels>();
  const regionSizes: number[] = [];
  let images = 0;
  let vanished = 0;
  return {
    add(map, mask, kind, vanishedRegions): void {
      images++;
      vanished += vanishedRegions;
      const pixels = kinds.get(kind) ?? { good: [], odd: [] };
      kinds.set(kind, pixels);
      const regionOf = labelRegions(mask, map, regionSizes);
      pixels.good.push(map.data.filter((_, i) => mask[i] === 0));
      pixels.odd.push(
        Float64Array.from(regionOf, ([pixel, region]) => pack(map.data[pixel] as number, region)),
      );
    },
    finish(): PixelSummary {
      const aurocs = new Map<string, number | null>();
      const all: Pixels = { good: [], odd: [] };
      for (const [kind, pixels] of kinds) {
        if (kind !== undefined) {
          const ranking = rank(pixels.good, Float32Array.from(joinSorted(pixels.odd), unpackValue));
          aurocs.set(kind, rankingMeasures(ranking)?.auroc ?? null);
        }
        all.good.push(...pixels.good);
        all.odd.push(...pixels.odd);
      }
      kinds.clear();
      return { all: images === 0 ? null : measurePixels(all, regionSizes, images, vanished), aurocs };
    },
  };
}

function measurePixels(
  { good, odd }: Pixels,
  regionSizes: readonly number[],
  images: number,
  vanishedRegions: number,
): PixelMeasures {
  const packed = joinSorted(odd);
  const ranking = rank(good, Float32Array.from(packed, unpackValue));
  const measures = rankingMeasures(ranking);
  const overlap = regionOverlapCurve(ranking, packed, regionSizes);
  return {
    auroc: measures?.auroc ?? null,
    ap: measures?.ap ?? null,
    f1Max: measures?.f1Max ?? null,
    f1MaxThreshold: measures?.f1MaxThreshold ?? null,
    aupro30: overlap(0.3),
    aupro5: overlap(0.05),
    images,
    pixels: ranking.goodCount + ranking.oddCount,
    regions: regionSizes.length,
    vanishedRegions,
  };
}

/** Pixels of anomalous regions with their region's number; sizes of new regions are appended. */
function labelRegions(
  mask: Uint8Array,
  { width, height }: AnomalyImage,
  regionSizes: number[],
): [pixel: number, region: number][] {
  const region = regionFromMask(mask, width, height);
  const labels = labelRuns(region);
  const numbers = new Map<number, number>();
  const pixels: [number, number][] = [];
  let run = 0;
  forEachRun(region, (row, begin, end) => {
    const label = labels[run++] as number;
    const number = numbers.get(label) ?? regionSizes.push(0) - 1;
    numbers.set(label, number);
    regionSizes[number] = (regionSizes[number] as number) + end - begin;
    for (let x = begin; x < end; x++) pixels.push([row * width + x, number]);
  });
  return pixels;
}

/**
 * The area under the per-region-overlap curve up to a false-positive rate, divided by that rate (Bergmann et al.
 * 2019): overlap = mean share of each ground-truth region that is found; false positives over all pixels outside of
 * regions. `null` where there is no region or no good pixel.
 */
function regionOverlapCurve(
  ranking: Ranking,
  packed: Float64Array,
  regionSizes: readonly number[],
): (limit: number) => number | null {
  const { goodCount, steps } = ranking;
  if (regionSizes.length === 0 || goodCount === 0) return () => null;
  const weights = regionSizes.map((size) => 1 / (size * regionSizes.length));
  return (limit) => {
    let area = 0;
    let rate = 0;
    let overlap = 0;
    const advance = (nextRate: number, nextOverlap: number): void => {
      if (rate < limit && nextRate > rate) {
        const end = Math.min(nextRate, limit);
        const atEnd = overlap + ((nextOverlap - overlap) * (end - rate)) / (nextRate - rate);
        area += ((end - rate) * (overlap + atEnd)) / 2;
      }
      rate = nextRate;
      overlap = nextOverlap;
    };
    for (const { goodAbove, goodFrom, oddAbove, oddFrom } of steps) {
      // Only good pixels pass on the way to this value: the overlap stays.
      advance(goodAbove / goodCount, overlap);
      let reached = overlap;
      for (let i = packed.length - oddFrom; i < packed.length - oddAbove; i++) {
        reached += weights[unpackRegion(packed[i] as number)] as number;
      }
      advance(goodFrom / goodCount, reached);
    }
    advance(1, overlap);
    return area / limit;
  };
}

const scratch: DataView = new DataView(new ArrayBuffer(4));

/** A float32 and a region's number as one double whose order is the order of the floats. */
function pack(value: number, region: number): number {
  scratch.setFloat32(0, value);
  return orderedBits(scratch.getUint32(0)) * maxRegions + region;
}

function unpackRegion(packed: number): number {
  return packed % maxRegions;
}

function unpackValue(packed: number): number {
  const ordered = Math.floor(packed / maxRegions);
  scratch.setUint32(0, ordered >= 0x80000000 ? ordered - 0x80000000 : 0xffffffff - ordered);
  return scratch.getFloat32(0);
}

function joinSorted(chunks: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all.sort();
}
