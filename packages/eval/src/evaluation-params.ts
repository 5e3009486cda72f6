/** Evaluation parameters: what can be chosen, its default, its range. */
import { ParameterError } from '@oddpixel/contract';
import type { EvaluationParams } from './evaluation.ts';

const defaults: EvaluationParams = {
  measures: ['image', 'pixel'],
  thresholds: [],
  histogramBins: 40,
  bootstrapSamples: 1000,
  confidence: 0.95,
  seed: 0,
};

/**
 * Evaluation parameters with defaults filled in.
 *
 * @throws ParameterError for an unknown name or a value outside its range.
 */
export function createEvaluationParams(options: Partial<EvaluationParams> = {}): EvaluationParams {
  const known = [...Object.keys(defaults), 'modelThresholds'];
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new ParameterError({
        name,
        expected: `one of ${known.join(', ')}`,
        received: 'an unknown parameter',
      });
    }
  }
  // What is present but undefined takes its default too.
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const params: EvaluationParams = { ...defaults, ...given };
  const wrongMeasure = params.measures.find((measure) => measure !== 'image' && measure !== 'pixel');
  if (wrongMeasure !== undefined) throw wrong('measures', "'image' and 'pixel'", String(wrongMeasure));
  const badThreshold = params.thresholds.find((threshold) => !Number.isFinite(threshold));
  if (badThreshold !== undefined) throw wrong('thresholds', 'finite numbers', String(badThreshold));
  for (const name of ['classification', 'segmentation'] as const) {
    const threshold = params.modelThresholds?.[name] ?? 0;
    if (!Number.isFinite(threshold))
      throw wrong(`modelThresholds.${name}`, 'a finite number', String(threshold));
  }
  whole('histogramBins', params.histogramBins, 1, 10_000);
  whole('bootstrapSamples', params.bootstrapSamples, 0, 1_000_000);
  whole('seed', params.seed, 0, 2 ** 31 - 1);
  if (!(params.confidence > 0 && params.confidence < 1)) {
    throw wrong('confidence', 'a number between 0 and 1, both excluded', String(params.confidence));
  }
  return params;
}

function whole(name: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw wrong(name, `a whole number from ${low} to ${high}`, String(value));
}

function wrong(name: string, expected: string, received: string): ParameterError {
  return new ParameterError({ name, expected, received });
}
