/** Evaluation parameters: what can be chosen, its default, its range. */
import { fillParameters, ParameterError, sharedParameters } from '@oddpixel/contract';
import { checkNames } from '@oddpixel/contract/unstable';
import type { EvaluationParams } from './evaluation.ts';

const own = {
  histogramBins: {
    type: 'integer',
    default: 40,
    min: 1,
    max: 10_000,
    unit: 'bin',
    about: 'bins of the score histogram',
  },
  bootstrapSamples: {
    type: 'integer',
    default: 1000,
    min: 0,
    max: 1_000_000,
    unit: 'sample',
    about: 'bootstrap samples for the intervals of image measures; 0 for none',
  },
  confidence: {
    type: 'number',
    default: 0.95,
    above: 0,
    below: 1,
    about: 'confidence of the intervals',
  },
} as const;

/** Default, range and meaning of those that are numbers. */
export const evaluationParameters: { readonly seed: typeof sharedParameters.seed } & typeof own = {
  ...own,
  seed: sharedParameters.seed,
};

/**
 * Evaluation parameters with defaults filled in.
 *
 * @throws ParameterError for an unknown name or a value outside its range.
 */
export function createEvaluationParams(options: Partial<EvaluationParams> = {}): EvaluationParams {
  checkNames(['measures', 'thresholds', 'modelThresholds', ...Object.keys(evaluationParameters)], options);
  const { measures = ['image', 'pixel'], thresholds = [], modelThresholds, ...numbers } = options;
  const params: EvaluationParams = {
    measures,
    thresholds,
    modelThresholds,
    ...fillParameters(evaluationParameters, numbers),
  };
  const wrongMeasure = params.measures.find((measure) => measure !== 'image' && measure !== 'pixel');
  if (wrongMeasure !== undefined) throw wrong('measures', "'image' and 'pixel'", String(wrongMeasure));
  const badThreshold = params.thresholds.find((threshold) => !Number.isFinite(threshold));
  if (badThreshold !== undefined) throw wrong('thresholds', 'finite numbers', String(badThreshold));
  for (const name of ['classification', 'segmentation'] as const) {
    const threshold = params.modelThresholds?.[name] ?? 0;
    if (!Number.isFinite(threshold))
      throw wrong(`modelThresholds.${name}`, 'a finite number', String(threshold));
  }
  return params;
}

function wrong(name: string, expected: string, received: string): ParameterError {
  return new ParameterError({ name, expected, received });
}
