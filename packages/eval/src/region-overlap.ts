/**
 * The area under the per-region-overlap curve (Bergmann et al. 2019): overlap = mean share of each ground-truth region
 * that is found; false positives over all pixels outside regions. Exact over all distinct thresholds, linear
 * between them, cut at the limit by interpolation, divided by the limit.
 */
import type { RankingVisitor } from './ranking.ts';

export interface OverlapSums {
  /** For each pixel of a region, before its value is visited. */
  readonly visitOddPixel: (region: number) => void;
  readonly visit: RankingVisitor;
  /** One area per limit, 0..1; `null` if there is no region or no good pixel. */
  finish(): (number | null)[];
}

/** @param limits false-positive rates, 0..1. */
export function sumOverlap(
  goodCount: number,
  regionSizes: readonly number[],
  limits: readonly number[],
): OverlapSums {
  const weights = Float64Array.from(regionSizes, (size) => 1 / (size * regionSizes.length));
  const areas = limits.map(() => 0);
  let goodAbove = 0;
  let rate = 0;
  let overlap = 0;
  let reached = 0;
  return {
    visitOddPixel(region): void {
      reached += weights[region] as number;
    },
    visit(_value, good): void {
      goodAbove += good;
      const nextRate = goodAbove / goodCount;
      if (good > 0) {
        for (let i = 0; i < limits.length; i++) {
          const limit = limits[i] as number;
          if (rate >= limit) continue;
          const end = Math.min(nextRate, limit);
          const atEnd = overlap + ((reached - overlap) * (end - rate)) / (nextRate - rate);
          areas[i] = (areas[i] as number) + ((end - rate) * (overlap + atEnd)) / 2;
        }
      }
      rate = nextRate;
      overlap = reached;
    },
    finish: () =>
      areas.map((area, i) =>
        regionSizes.length === 0 || goodCount === 0 ? null : area / (limits[i] as number),
      ),
  };
}
