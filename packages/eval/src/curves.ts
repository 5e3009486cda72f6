/** Histogram and curves of image scores: what charts draw. */
import type { CurvePoint, ScoredImage, ScoreHistogram } from './evaluation.ts';
import { walkScores } from './ranking.ts';

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

/** False-positive rate against recall at every distinct score; points on a straight run are left out. */
export function rocCurve(good: readonly number[], odd: readonly number[]): CurvePoint[] {
  if (good.length === 0 || odd.length === 0) return [];
  const points: CurvePoint[] = [{ x: 0, y: 0, threshold: Infinity }];
  let goodAbove = 0;
  let oddAbove = 0;
  walkScores(good, odd, (threshold, goodHere, oddHere) => {
    goodAbove += goodHere;
    oddAbove += oddHere;
    const point = { x: goodAbove / good.length, y: oddAbove / odd.length, threshold };
    const [before, last] = points.slice(-2);
    const straight =
      before !== undefined &&
      last !== undefined &&
      ((before.x === last.x && last.x === point.x) || (before.y === last.y && last.y === point.y));
    if (straight) points.pop();
    points.push(point);
  });
  return points;
}

/** Recall against precision at every distinct score of a defective image. */
export function precisionRecallCurve(good: readonly number[], odd: readonly number[]): CurvePoint[] {
  if (good.length === 0 || odd.length === 0) return [];
  const points: CurvePoint[] = [];
  let goodAbove = 0;
  let oddAbove = 0;
  walkScores(good, odd, (threshold, goodHere, oddHere) => {
    goodAbove += goodHere;
    oddAbove += oddHere;
    if (oddHere === 0) return;
    points.push({ x: oddAbove / odd.length, y: oddAbove / (oddAbove + goodAbove), threshold });
  });
  return points;
}
