/** What histogram and ROC curve show, from scores and labels. Measures come from `eval`. */
import { createEvaluationParams, createEvaluator } from '@oddpixel/eval';
import type { Judged } from './studio.ts';

export interface Bin {
  readonly ok: number;
  readonly nok: number;
  readonly unknown: number;
}

export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly bins: readonly Bin[];
  /** Images in the fullest bin. */
  readonly tallest: number;
}

const binCount = 28;

/** Bins over all scores, the threshold's neighbourhood included. */
export function histogram(judged: readonly Judged[], threshold: number | undefined): Histogram {
  const values = judged.map(({ score }) => score);
  if (threshold !== undefined) values.push(threshold);
  const smallest = Math.min(...values);
  const largest = Math.max(...values);
  // Scores that are all alike still have a width: a part of their size, and more than nothing.
  const size = Math.max(Math.abs(smallest), Math.abs(largest));
  const margin = 0.04 * Math.max(largest - smallest, 1e-6 * size, 1e-300);
  const [low, high] = [smallest - margin, largest + margin];
  const bins = Array.from({ length: binCount }, () => ({ ok: 0, nok: 0, unknown: 0 }));
  for (const { image, score } of judged) {
    const bin = bins[Math.min(binCount - 1, Math.floor(((score - low) / (high - low)) * binCount))];
    if (bin) bin[image.truth ?? 'unknown']++;
  }
  const tallest = Math.max(1, ...bins.map(({ ok, nok, unknown }) => ok + nok + unknown));
  return { low, high, bins, tallest };
}

export interface Roc {
  /** False-positive rate against recall. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly auroc: number;
  readonly images: number;
}

/**
 * Of images whose truth is known and that are not part of the model; `undefined` if one of the classes is missing.
 */
export function rocOf(judged: readonly Judged[], learned: ReadonlySet<string>): Roc | undefined {
  const evaluator = createEvaluator(createEvaluationParams({ measures: ['image'], bootstrapSamples: 0 }));
  let images = 0;
  judged.forEach(({ image, score }, imageId) => {
    if (image.truth === undefined || learned.has(image.id)) return;
    evaluator.add({ imageId, label: image.truth, score });
    images++;
  });
  if (images === 0) return undefined;
  const { roc, image } = evaluator.finish();
  const auroc = image?.auroc;
  return typeof auroc === 'number' ? { points: roc, auroc, images } : undefined;
}
