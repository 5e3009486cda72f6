/**
 * Thresholds: from labelled scores by the rules of HALCON's `compute_dl_anomaly_thresholds`, and their use.
 * Thresholds from good images alone, with a stated false-alarm rate, are in `calibration.ts`.
 */
import {
  ParameterError,
  ResultError,
  type Calibration,
  type ImageLabel,
  type Result,
  type Thresholds,
} from '@oddpixel/contract';
import { pValue } from './calibration.ts';
import { justAbove } from './just-above.ts';
import { regionFromMap } from './region.ts';
import { asJsonResult } from './result-json.ts';

/** One image's raw score with what is known about it. */
export interface LabelledScore {
  readonly score: number;
  readonly label: ImageLabel;
}

/** The candidates; `undefined` if the images that a rule needs are missing. */
export interface ThresholdCandidates {
  /** Just above the highest score of a good image: no false alarm among them. */
  readonly maxOk?: number | undefined;
  /** The lowest score of a defective image: no miss among them. */
  readonly minNok?: number | undefined;
  /** Halfway between the two. */
  readonly intermediate?: number | undefined;
  /** The threshold with the highest F1 of the class `nok`. */
  readonly f1Max?: number | undefined;
}

/**
 * Classification thresholds from labelled scores. Scores of images that shaped the model flatter it:
 * pass held-out images.
 *
 * @throws ParameterError if there is no score or one is not finite.
 */
export function computeThresholds(scores: readonly LabelledScore[]): ThresholdCandidates {
  if (scores.length === 0 || !scores.every(({ score }) => Number.isFinite(score))) {
    throw new ParameterError({
      name: 'scores',
      expected: 'at least one score, all of them finite',
      received: scores.length === 0 ? 'an empty list' : 'a list with NaN or infinity',
    });
  }
  const ok = scores.filter(({ label }) => label === 'ok').map(({ score }) => score);
  const nok = scores.filter(({ label }) => label === 'nok').map(({ score }) => score);
  const highestOk = ok.length > 0 ? maximum(ok) : undefined;
  const minNok = nok.length > 0 ? -maximum(nok.map((score) => -score)) : undefined;
  return {
    maxOk: highestOk === undefined ? undefined : justAbove(highestOk),
    minNok,
    intermediate: highestOk !== undefined && minNok !== undefined ? (highestOk + minNok) / 2 : undefined,
    f1Max: nok.length > 0 ? f1Optimal(scores) : undefined,
  };
}

/**
 * The result with verdict, region and, with a calibration, p-value. Score ≥ threshold is `nok`; map ≥ threshold is
 * region. Without thresholds, as it is.
 *
 * @throws ResultError if the score or a threshold is not a finite number: such an image has no verdict.
 */
export function applyThresholds(
  result: Result,
  thresholds: Thresholds | undefined,
  calibration?: Calibration,
): Result {
  if (thresholds === undefined) return asJsonResult(result);
  const { anomalyScore, imageId } = result;
  const { classification, segmentation } = thresholds;
  if (![anomalyScore, classification, segmentation].every(Number.isFinite)) {
    throw new ResultError({
      what: imageId === undefined ? 'an image' : `image ${imageId}`,
      problem: `its score is ${anomalyScore}, the thresholds are ${classification} and ${segmentation}; all have to be finite`,
    });
  }
  const odd = !(anomalyScore < classification);
  const judged: Result = {
    ...result,
    thresholds: { classification, segmentation },
    anomalyClass: odd ? 'nok' : 'ok',
    anomalyClassId: odd ? 1 : 0,
    anomalyRegion: regionFromMap(result.anomalyImage, segmentation, result.geometry.domain),
  };
  if (calibration === undefined || calibration.referenceScores.length === 0) return asJsonResult(judged);
  return asJsonResult({ ...judged, pValue: pValue(calibration.referenceScores, anomalyScore) });
}

/**
 * A raw value on a common scale: 0 at the mean good pixel, 0.5 at the threshold, rising without limit.
 * For drawing and for comparing models; never for metrics. Not clamped.
 */
export function calibratedValue(value: number, threshold: number, mean: number): number {
  const span = threshold - mean;
  return span > 0 ? (0.5 * (value - mean)) / span : value >= threshold ? 0.5 : 0;
}

/** The score with the highest F1; the highest such score on ties. */
function f1Optimal(scores: readonly LabelledScore[]): number {
  const sorted = [...scores].sort((a, b) => b.score - a.score);
  const positives = sorted.filter(({ label }) => label === 'nok').length;
  let best = -1;
  let threshold = Infinity;
  let truePositives = 0;
  for (let i = 0; i < sorted.length; i++) {
    const { score, label } = sorted[i] as LabelledScore;
    if (label === 'nok') truePositives++;
    // Equal scores fall on the same side of any threshold.
    if (sorted[i + 1]?.score === score) continue;
    const f1 = (2 * truePositives) / (i + 1 + positives);
    if (f1 > best) {
      best = f1;
      threshold = score;
    }
  }
  return threshold;
}

function maximum(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity);
}
