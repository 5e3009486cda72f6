/** What classification thresholds do to the evaluated images. */
import { computeThresholds } from '@oddpixel/model-core';
import type {
  ConfusionMatrix,
  EvaluationParams,
  ScoredImage,
  ThresholdName,
  ThresholdRow,
} from './evaluation.ts';

/** The model's threshold first, then those of the rules, then the given ones. */
export function thresholdTable(scores: readonly ScoredImage[], params: EvaluationParams): ThresholdRow[] {
  if (scores.length === 0) return [];
  const { modelThresholds, thresholds } = params;
  const rules = computeThresholds(scores);
  const candidates: [ThresholdName, number | undefined][] = [
    ['model', modelThresholds?.classification],
    ['maxOk', rules.maxOk],
    ['minNok', rules.minNok],
    ['intermediate', rules.intermediate],
    ['f1Max', rules.f1Max],
    ...thresholds.map((threshold): [ThresholdName, number] => ['given', threshold]),
  ];
  return candidates.flatMap(([name, threshold]) =>
    threshold === undefined ? [] : [thresholdRow(name, threshold, scores)],
  );
}

function thresholdRow(name: ThresholdName, threshold: number, scores: readonly ScoredImage[]): ThresholdRow {
  const confusion = countVerdicts(threshold, scores);
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion;
  const nok = truePositives + falseNegatives;
  const ok = falsePositives + trueNegatives;
  return {
    name,
    threshold,
    confusion,
    relative: {
      truePositives: ratio(truePositives, nok),
      falsePositives: ratio(falsePositives, ok),
      trueNegatives: ratio(trueNegatives, ok),
      falseNegatives: ratio(falseNegatives, nok),
    },
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, nok),
    f1: nok === 0 ? null : ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
    accuracy: (truePositives + trueNegatives) / scores.length,
  };
}

function countVerdicts(threshold: number, scores: readonly ScoredImage[]): ConfusionMatrix {
  const count = (label: ScoredImage['label'], called: boolean): number =>
    scores.filter((image) => image.label === label && image.score >= threshold === called).length;
  return {
    truePositives: count('nok', true),
    falsePositives: count('ok', true),
    trueNegatives: count('ok', false),
    falseNegatives: count('nok', false),
  };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
