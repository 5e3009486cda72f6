/**
 * Ranking measures: how well higher values separate the anomalous from the good. Exact over all distinct thresholds,
 * ties included; the values may be scores of images or of millions of pixels.
 *
 * Everything here is one walk over the distinct values from the highest to the lowest. Nothing is kept per value, so
 * the walk may come from anywhere: from a list in memory (`walkScores`) or slice by slice from packed pixels
 * (`PixelStore.walk`).
 */

/**
 * Called once per distinct value, highest first, with the number of good and of anomalous elements that have it.
 * Good elements between two anomalous values may come together in one call: no measure changes its kind there.
 */
export type RankingVisitor = (value: number, good: number, odd: number) => void;

export interface RankingMeasures {
  /** Area under the ROC curve. */
  readonly auroc: number;
  /** Average precision: Σ (Rₙ − Rₙ₋₁) Pₙ over thresholds, without interpolation. */
  readonly ap: number;
  readonly f1Max: number;
  /** The highest threshold that reaches it: values at or above it count as anomalous. */
  readonly f1MaxThreshold: number;
}

export interface RankingSums {
  readonly visit: RankingVisitor;
  /** `null` if one of the classes is empty. */
  finish(): RankingMeasures | null;
}

/** Measures of one walk over `goodCount` good and `oddCount` anomalous elements. */
export function sumRanking(goodCount: number, oddCount: number): RankingSums {
  let goodAbove = 0;
  let oddAbove = 0;
  let pairs = 0;
  let ap = 0;
  let f1Max = 0;
  let f1MaxThreshold = Infinity;
  return {
    visit(value, good, odd): void {
      // Pairs won against lower good values, half of the ties.
      pairs += odd * (goodCount - goodAbove - good / 2);
      goodAbove += good;
      oddAbove += odd;
      if (odd === 0) return;
      ap += (odd / oddCount) * (oddAbove / (oddAbove + goodAbove));
      const f1 = (2 * oddAbove) / (oddCount + oddAbove + goodAbove);
      if (f1 > f1Max) {
        f1Max = f1;
        f1MaxThreshold = value;
      }
    },
    finish: () =>
      goodCount === 0 || oddCount === 0
        ? null
        : { auroc: pairs / (goodCount * oddCount), ap, f1Max, f1MaxThreshold },
  };
}

/** Walks over two lists in any order. */
export function walkScores(good: readonly number[], odd: readonly number[], visit: RankingVisitor): void {
  const sortedGood = Float64Array.from(good).sort();
  const sortedOdd = Float64Array.from(odd).sort();
  let g = sortedGood.length;
  let o = sortedOdd.length;
  while (g > 0 || o > 0) {
    const value = Math.max(sortedGood[g - 1] ?? -Infinity, sortedOdd[o - 1] ?? -Infinity);
    const goodBefore = g;
    const oddBefore = o;
    while (g > 0 && sortedGood[g - 1] === value) g--;
    while (o > 0 && sortedOdd[o - 1] === value) o--;
    visit(value, goodBefore - g, oddBefore - o);
  }
}

/** Measures of two lists in any order; `null` if one is empty. */
export function rankScores(good: readonly number[], odd: readonly number[]): RankingMeasures | null {
  const sums = sumRanking(good.length, odd.length);
  walkScores(good, odd, sums.visit);
  return sums.finish();
}
