/** Collecting scored images one by one, and everything that can be said of them in the end. */
import { ParameterError } from '@oddpixel/contract';
import { allFinite } from '@oddpixel/contract/unstable';
import { bootstrapIntervals } from './bootstrap.ts';
import { precisionRecallCurve, rocCurve, scoreHistogram } from './curves.ts';
import type {
  EvaluatedImage,
  Evaluation,
  EvaluationParams,
  ImageMeasures,
  ScoredImage,
} from './evaluation.ts';
import { createEvaluationParams } from './evaluation-params.ts';
import { defectOf, perDefectMeasures } from './per-defect.ts';
import { accumulatePixels } from './pixel-accumulator.ts';
import { rankScores } from './ranking.ts';
import { thresholdTable } from './threshold-table.ts';

export interface Evaluator {
  /**
   * Adds one image. Its map and mask may be reused afterwards.
   *
   * @throws ParameterError for a score or a value of a map that is NaN or infinite, a mask of another size, or an image that was added before.
   * @throws LimitExceededError beyond two million ground-truth regions.
   */
  add(image: EvaluatedImage): void;
  /** The measures over all images added so far. More may be added afterwards. */
  finish(): Evaluation;
}

/**
 * Measures a model image by image; memory grows with the number of pixels: four bytes for a good one, eight
 * for an anomalous one.
 *
 * @throws ParameterError for parameters outside their range.
 */
export function createEvaluator(options: Partial<EvaluationParams> = {}): Evaluator {
  const params = createEvaluationParams(options);
  const scores: ScoredImage[] = [];
  const seen = new Set<number>();
  const pixels = accumulatePixels();
  const wantsPixels = params.measures.includes('pixel');

  return {
    add(image): void {
      checkImage(image, seen);
      const { imageId, fileName, label, defect, score, map, mask, vanishedRegions = 0 } = image;
      // First what may throw, so that a refused image leaves no trace.
      if (wantsPixels && map !== undefined && mask !== undefined) {
        pixels.add(map, mask, label === 'ok' ? undefined : defectOf(image), vanishedRegions);
      }
      seen.add(imageId);
      scores.push({
        imageId,
        fileName,
        label,
        defect,
        score,
      });
    },

    finish(): Evaluation {
      const ok = scores.filter(({ label }) => label === 'ok').map(({ score }) => score);
      const nok = scores.filter(({ label }) => label === 'nok').map(({ score }) => score);
      const { all, aurocs } = pixels.measure();
      return {
        params,
        counts: { images: scores.length, ok: ok.length, nok: nok.length },
        image: params.measures.includes('image') ? imageMeasures(ok, nok, params) : null,
        pixel: all,
        thresholds: thresholdTable(scores, params),
        perDefect: perDefectMeasures(scores, params.modelThresholds?.classification, aurocs),
        histogram: scoreHistogram(scores, params.histogramBins),
        roc: rocCurve(ok, nok),
        precisionRecall: precisionRecallCurve(ok, nok),
        scores: [...scores],
      };
    },
  };
}

function imageMeasures(
  ok: readonly number[],
  nok: readonly number[],
  { bootstrapSamples, confidence, seed }: EvaluationParams,
): ImageMeasures {
  const measures = rankScores(ok, nok);
  return {
    auroc: measures?.auroc ?? null,
    ap: measures?.ap ?? null,
    f1Max: measures?.f1Max ?? null,
    f1MaxThreshold: measures?.f1MaxThreshold ?? null,
    intervals: bootstrapIntervals(ok, nok, { samples: bootstrapSamples, confidence, seed }),
  };
}

function checkImage(
  { imageId, fileName, score, map, mask }: EvaluatedImage,
  seen: ReadonlySet<number>,
): void {
  const name = fileName ?? `image ${imageId}`;
  if (seen.has(imageId)) {
    throw new ParameterError({
      name,
      expected: 'each image once',
      received: `imageId ${imageId} a second time`,
    });
  }
  if (!Number.isFinite(score)) {
    throw new ParameterError({
      name: `${name}: score`,
      expected: 'a finite number',
      received: String(score),
    });
  }
  if (map === undefined) return;
  const size = map.width * map.height;
  if (map.data.length !== size || (mask !== undefined && mask.length !== size)) {
    throw new ParameterError({
      name: `${name}: ${map.data.length === size ? 'mask' : 'map'}`,
      expected: `${size} pixels for a map of ${map.width}×${map.height}`,
      received: String(map.data.length === size ? mask?.length : map.data.length),
      fix: 'Bring the ground truth to the size of the map with preprocessMask.',
    });
  }
  if (allFinite(map.data)) return;
  throw new ParameterError({
    name: `${name}: map`,
    expected: 'finite numbers',
    received: String(map.data.find((value) => !Number.isFinite(value))),
  });
}
