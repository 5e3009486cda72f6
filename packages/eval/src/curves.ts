/** Histogram and curves of image scores: what charts draw. */
import type { CurvePoint, ScoredImage, ScoreHistogram } from './evaluation.ts';
import type { Ranking } from './ranking.ts';

/** Scores in equal bins from the lowest to the highest. */
export function scoreHistogram(scores: readonly ScoredImage[], bins: number): ScoreHistogram {
  const values = scores.map(({ score }) => score);
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (values.length === 0) return { edges: [], ok: [], nok: [] };
  // Equal scores fill one bin around them.
  const [from, width] = high > low ? [low, (high - low) / bins] : [low - 0.5, 1 / bins];
  const count = (label: ScoredImage['label']): number[] => {
    const counts = Array<number>(bins).fill(0);
    for (const image of scores) {
      if (image.label !== label) continue;
      const bin = Math.min(bins - 1, Math.max(0, Math.floor((image.score - from) / width)));
      counts[bin] = (counts[bin] as number) + 1;
    }
    return counts;
  };
  const edges = Array.from({ length: bins + 1 }, (_, i) =>
    i === bins && high > low ? high : from + i * width,
  );
  return { edges, ok: count('ok'), nok: count('nok') };
}

/** False-positive rate against recall at every distinct score; its corners suffice to draw it. */
export function rocCurve({ goodCount, oddCount, steps }: Ranking): CurvePoint[] {
  if (goodCount === 0 || oddCount === 0) return [];
  const points: CurvePoint[] = [{ x: 0, y: 0, threshold: Infinity }];
  for (const { value, goodAbove, goodFrom, oddAbove, oddFrom } of steps) {
    const before = { x: goodAbove / goodCount, y: oddAbove / oddCount, threshold: value };
    if (points.at(-1)?.x !== before.x) points.push(before);
    points.push({ x: goodFrom / goodCount, y: oddFrom / oddCount, threshold: value });
  }
  if (points.at(-1)?.x !== 1) points.push({ x: 1, y: 1, threshold: -Infinity });
  return points;
}

/** Recall against precision at every distinct score of a defective image. */
export function precisionRecallCurve({ goodCount, oddCount, steps }: Ranking): CurvePoint[] {
  if (goodCount === 0 || oddCount === 0) return [];
  return steps.map(({ value, goodFrom, oddFrom }) => ({
    x: oddFrom / oddCount,
    y: oddFrom / (oddFrom + goodFrom),
    threshold: value,
  }));
}
