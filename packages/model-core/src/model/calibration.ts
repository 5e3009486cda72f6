/**
 * A threshold from good images alone, and what it promises.
 *
 * Three kinds of statement, never mixed up:
 * - `guaranteed`: independent reference images; with the stated confidence the true false-alarm rate is at most
 *   the stated one. Non-parametric tolerance limit of an order statistic (S. S. Wilks 1941).
 * - `expected`: the false-alarm rate averaged over repeated calibrations, by split-conformal prediction
 *   (V. Vovk, A. Gammerman, G. Shafer 2005).
 * - `estimated`: reference scores that are not independent of the model, or a fitted tail. Not a promise.
 */
import {
  type Calibration,
  ParameterError,
  sharedParameters,
  type StatementKind,
  type Thresholds,
  type ThresholdStatement,
} from '@oddpixel/contract';
import { isAllowed } from '@oddpixel/contract/unstable';
import { fitTail, tailQuantile } from './generalized-pareto.ts';
import { justAbove } from './just-above.ts';

export interface CalibrationOptions {
  /** Share of good images that may be called `nok`, between 0 and 1 (both excluded). Default 0.01. */
  readonly falseAlarmRate?: number;
  /** For `guaranteed`, between 0 and 1. Default 0.95. */
  readonly confidence?: number;
  /** Default: `guaranteed` for an independent validation split, else `estimated`. */
  readonly statement?: StatementKind;
}

/** A classification threshold and its claim. */
export interface ScoreThreshold {
  readonly threshold: number;
  readonly statement: ThresholdStatement;
}

/**
 * Both thresholds of a model from its calibration: classification by the false-alarm rate,
 * segmentation by mean + 4 deviations of good pixels.
 *
 * @throws ParameterError if there is no reference score, or a stronger statement is requested than the source allows.
 */
export function chooseThresholds(calibration: Calibration, options: CalibrationOptions = {}): Thresholds {
  const { threshold, statement } = scoreThreshold(calibration, options);
  return {
    classification: threshold,
    segmentation: segmentationThreshold(calibration),
    classificationMethod: 'falseAlarmRate',
    segmentationMethod: 'meanPlusDeviations',
    statement,
  };
}

/**
 * The segmentation threshold of HALCON: mean + `factor` × standard deviation of good maps' pixels.
 *
 * @param factor default 4.
 */
function segmentationThreshold(calibration: Calibration, factor: number = 4): number {
  return calibration.pixelMean + factor * calibration.pixelDeviation;
}

/** The classification threshold alone. See `chooseThresholds`. */
export function scoreThreshold(calibration: Calibration, options: CalibrationOptions = {}): ScoreThreshold {
  const { falseAlarmRate = sharedParameters.falseAlarmRate.default, confidence = 0.95 } = options;
  checkRate('falseAlarmRate', falseAlarmRate);
  checkRate('confidence', confidence);
  const { source } = calibration;
  const scores = [...calibration.referenceScores].sort((a, b) => a - b);
  if (scores.length === 0 || !scores.every(Number.isFinite)) {
    throw new ParameterError({
      name: 'calibration.referenceScores',
      expected: 'at least one score, all of them finite',
      received: scores.length === 0 ? 'none' : 'NaN or infinity',
      fix: 'Train with at least two images or groups, or give a validation split.',
    });
  }
  const independent = source === 'validation' || source === 'test';
  const kind = options.statement ?? (independent ? 'guaranteed' : 'estimated');
  if (kind !== 'estimated' && !independent) {
    throw new ParameterError({
      name: 'statement',
      expected: "'estimated', since the reference images also shaped the model",
      received: `'${kind}'`,
      fix: 'Hold out a validation split of good images.',
    });
  }
  const common = { requestedRate: falseAlarmRate, referenceCount: scores.length, source };
  if (kind === 'guaranteed') {
    const { rank, rate } = guaranteedRank(scores.length, falseAlarmRate, confidence);
    return {
      threshold: justAbove(scores[rank - 1] as number),
      statement: { kind, falseAlarmRate: rate, confidence, ...common },
    };
  }
  if (kind === 'estimated' && falseAlarmRate * (scores.length + 1) < 1) {
    const tail = fitTail(scores);
    // As far above the highest reference as that is above the median: further out the tail is a guess, and the
    // maximum with the rate that the references can show is the honest answer.
    const highest = scores.at(-1) as number;
    const limit = 2 * highest - (scores[scores.length >> 1] as number);
    const threshold = tail === undefined ? Infinity : tailQuantile(tail, falseAlarmRate);
    if (threshold <= limit) {
      return {
        threshold,
        statement: { kind, falseAlarmRate, ...common },
      };
    }
  }
  const { rank, rate } = conformalRank(scores.length, falseAlarmRate);
  return {
    threshold: justAbove(scores[rank - 1] as number),
    statement: { kind, falseAlarmRate: rate, ...common },
  };
}

/**
 * The lowest order statistic (rank 1..n, ascending) whose exceedance rate is at most `rate` with the confidence,
 * and the rate that is promised. With too few images: the maximum, and the rate that n images can promise,
 * `1 − (1 − confidence)^(1/n)`.
 */
export function guaranteedRank(n: number, rate: number, confidence: number): { rank: number; rate: number } {
  const promised = 1 - (1 - confidence) ** (1 / n);
  if (promised > rate) return { rank: n, rate: promised };
  // P(Binomial(n, rate) ≤ n − rank) ≤ 1 − confidence: walk down while one more exceedance is still safe.
  let allowed = 0;
  let logTerm = n * Math.log1p(-rate);
  let cumulative = Math.exp(logTerm);
  for (;;) {
    logTerm += Math.log(((n - allowed) / (allowed + 1)) * (rate / (1 - rate)));
    const next = cumulative + Math.exp(logTerm);
    if (next > 1 - confidence || allowed + 1 >= n) break;
    cumulative = next;
    allowed++;
  }
  return { rank: n - allowed, rate };
}

/** The lowest order statistic above which a new good image falls with probability at most `rate` on average. */
export function conformalRank(n: number, rate: number): { rank: number; rate: number } {
  // The tolerance keeps 0.05 × 20 from becoming 0.9999….
  const allowed = Math.max(1, Math.floor(rate * (n + 1) + 1e-9));
  return { rank: Math.max(1, n - allowed + 1), rate: Math.min(allowed, n) / (n + 1) };
}

/**
 * Conformal p-value of a score: (1 + number of references ≥ score) / (n + 1), in (0, 1].
 * For a good image it is at most p with probability at most p, if references are independent.
 *
 * @param referenceScores ascending.
 */
export function pValue(referenceScores: readonly number[], score: number): number {
  let low = 0;
  let high = referenceScores.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((referenceScores[middle] as number) < score) low = middle + 1;
    else high = middle;
  }
  return (1 + referenceScores.length - low) / (referenceScores.length + 1);
}

function checkRate(name: string, value: number): void {
  const { falseAlarmRate: rate } = sharedParameters;
  if (isAllowed(rate, value)) return;
  const expected = `a number between ${rate.above} and ${rate.below}, both excluded`;
  throw new ParameterError({ name, expected, received: String(value) });
}
