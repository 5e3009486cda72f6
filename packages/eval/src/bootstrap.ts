/** Confidence intervals by resampling images (B. Efron 1979), each class by itself, so that every draw has both. */
import { createRandom } from '@oddpixel/contract';
import type { Interval } from './evaluation.ts';
import { sumRanking, type RankingMeasures } from './ranking.ts';

export interface BootstrapOptions {
  readonly samples: number;
  /** Confidence, 0..1. */
  readonly confidence: number;
  readonly seed: number;
}

type Measure = 'auroc' | 'ap' | 'f1Max';

/** Percentile intervals of the image measures; `null` without resampling or with an empty class. */
export function bootstrapIntervals(
  good: readonly number[],
  odd: readonly number[],
  { samples, confidence, seed }: BootstrapOptions,
): Record<Measure, Interval | null> {
  if (samples === 0 || good.length === 0 || odd.length === 0) return { auroc: null, ap: null, f1Max: null };
  const { integer } = createRandom(seed);
  // Sorted once: a draw only changes how often each distinct value occurs.
  const values = [...new Set([...good, ...odd])].sort((a, b) => b - a);
  const placeOf = new Map(values.map((value, place) => [value, place]));
  const places = (list: readonly number[]): number[] => list.map((value) => placeOf.get(value) as number);
  const draw = (from: readonly number[]): Uint32Array => {
    const counts = new Uint32Array(values.length);
    for (let i = 0; i < from.length; i++) {
      const place = from[integer(from.length)] as number;
      counts[place] = (counts[place] as number) + 1;
    }
    return counts;
  };
  const goodPlaces = places(good);
  const oddPlaces = places(odd);
  const drawn = Array.from({ length: samples }, () => {
    const goodCounts = draw(goodPlaces);
    const oddCounts = draw(oddPlaces);
    const sums = sumRanking(good.length, odd.length);
    values.forEach((value, i) => sums.visit(value, goodCounts[i] as number, oddCounts[i] as number));
    return sums.finish() as RankingMeasures;
  });
  const interval = (measure: Measure): Interval => {
    const sorted = Float64Array.from(drawn, (measures) => measures[measure]).sort();
    return [quantile(sorted, (1 - confidence) / 2), quantile(sorted, (1 + confidence) / 2)];
  };
  return { auroc: interval('auroc'), ap: interval('ap'), f1Max: interval('f1Max') };
}

/** Linear interpolation between order statistics. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const low = Math.floor(position);
  const a = sorted[low] as number;
  const b = sorted[Math.min(sorted.length - 1, low + 1)] as number;
  return a + (position - low) * (b - a);
}
