/** Training parameters: what can be chosen, its default, its range. */
import { ParameterError, type HeadType, type ScoreMethod } from '@oddpixel/contract';

export interface TrainParams {
  readonly head: HeadType;
  /** Same seed, data and deterministic backend: same bytes. 0..2³¹−1. Default 0. */
  readonly seed: number;
  /** Share of good images that may be called `nok`, between 0 and 1. Default 0.01. */
  readonly falseAlarmRate: number;
  /** How the image score comes out of the map. Default `max`. */
  readonly scoreMethod: ScoreMethod;
  /** Factor of `meanDeviation`, from 0. Default 3. */
  readonly standardDeviationFactor: number;
  /** Images per run of the extractor, from 1. Default 8. */
  readonly batchSize: number;
  /**
   * Feature dimensions after principal component analysis; 0 decides by the extractor: all channels up to 512,
   * else 256 (`gaussian` per position: at most 100). Default 0.
   */
  readonly featureDims: number;
  /** `memory`: rows of the bank, from 1; fewer where there are fewer patches. Default 4,000. */
  readonly numRows: number;
  /** `gaussian`: one covariance for all positions, or one for each. Default `shared`. */
  readonly covariance: 'shared' | 'perPosition';
  /** `gaussian`: weight of the scaled identity that is mixed into the covariance, 0..1, above 0. Default 0.1. */
  readonly shrinkage: number;
  /** `student`: most epochs, from 1. Default 30. */
  readonly maxNumEpochs: number;
  /** `student`: training stops once the error, the unexplained share of feature variance, is at or below it, from 0. Default 0.001. */
  readonly errorThreshold: number;
  /** `student`: training stops once the best epoch is this old, from 1. Default 10. */
  readonly patience: number;
  /** `student`: share of all positions that an epoch draws, above 0, to 1; at least 5,120 are drawn. Default 0.1. */
  readonly domainRatio: number;
  /**
   * `student`: noise on the features while training, from 0. Its standard deviation is 5,000 times this, where the
   * features' root mean square is 1. Default 0.0001.
   */
  readonly regularizationNoise: number;
  /** `student`: width of the network, 1 to 100. Default 15. */
  readonly complexity: number;
  /** `student`: step size of AdamW at the start; falls along a cosine. Above 0, to 1. Default 0.002. */
  readonly learningRate: number;
}

const defaults = {
  seed: 0,
  falseAlarmRate: 0.01,
  scoreMethod: 'max',
  standardDeviationFactor: 3,
  batchSize: 8,
  featureDims: 0,
  numRows: 4000,
  covariance: 'shared',
  shrinkage: 0.1,
  maxNumEpochs: 30,
  errorThreshold: 0.001,
  patience: 10,
  domainRatio: 0.1,
  regularizationNoise: 0.0001,
  complexity: 15,
  learningRate: 0.002,
} as const satisfies Omit<TrainParams, 'head'>;

/**
 * Training parameters with defaults filled in.
 *
 * @throws ParameterError for an unknown name or a value outside its range.
 */
export function createTrainParams(
  head: HeadType,
  options: Partial<Omit<TrainParams, 'head'>> = {},
): TrainParams {
  oneOf('head', head, ['memory', 'gaussian', 'student']);
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(defaults, name)) {
      throw new ParameterError({
        name,
        expected: `one of ${Object.keys(defaults).join(', ')}`,
        received: `the unknown parameter \`${name}\``,
      });
    }
  }
  const params: TrainParams = { ...defaults, ...options, head };
  whole('seed', params.seed, 0, 2 ** 31 - 1);
  whole('batchSize', params.batchSize, 1, 1024);
  whole('featureDims', params.featureDims, 0, 4096);
  whole('numRows', params.numRows, 1, 1_000_000);
  between('falseAlarmRate', params.falseAlarmRate, 0, 1);
  between('shrinkage', params.shrinkage, 0, 1 + Number.EPSILON);
  whole('maxNumEpochs', params.maxNumEpochs, 1, 100_000);
  whole('patience', params.patience, 1, 100_000);
  whole('complexity', params.complexity, 1, 100);
  between('domainRatio', params.domainRatio, 0, 1 + Number.EPSILON);
  between('learningRate', params.learningRate, 0, 1 + Number.EPSILON);
  fromZero('errorThreshold', params.errorThreshold);
  fromZero('regularizationNoise', params.regularizationNoise);
  fromZero('standardDeviationFactor', params.standardDeviationFactor);
  oneOf('scoreMethod', params.scoreMethod, ['max', 'meanDeviation']);
  oneOf('covariance', params.covariance, ['shared', 'perPosition']);
  return params;
}

/** The parameters that shape a head, by their documented names: what the manifest keeps beside the head. */
export function headParameters(params: TrainParams): Record<string, number | string> {
  const { numRows, covariance, shrinkage } = params;
  switch (params.head) {
    case 'memory':
      return { numRows };
    case 'gaussian':
      return { covariance, shrinkage };
    case 'student': {
      const { maxNumEpochs, errorThreshold, patience, domainRatio } = params;
      const { regularizationNoise, complexity, learningRate } = params;
      return {
        maxNumEpochs,
        errorThreshold,
        patience,
        domainRatio,
        regularizationNoise,
        complexity,
        learningRate,
      };
    }
  }
}

/** Above this many channels features are reduced unless `featureDims` says otherwise. */
const widestPyramid = 512;
const reducedWidth = 256;
/** One covariance per position grows with the square of the features. */
const widestPerPosition = 100;

/** Features after reduction; `undefined` where all channels are kept. */
export function reducedDims(params: TrainParams, channels: number): number | undefined {
  const { head, covariance, featureDims } = params;
  const automatic =
    head === 'gaussian' && covariance === 'perPosition'
      ? widestPerPosition
      : channels > widestPyramid
        ? reducedWidth
        : channels;
  const dims = featureDims > 0 ? featureDims : automatic;
  return dims < channels ? dims : undefined;
}

function whole(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new ParameterError({
      name,
      expected: `a whole number from ${low} to ${high}`,
      received: String(value),
    });
  }
}

function between(name: string, value: number, low: number, high: number): void {
  if (!(value > low && value < high)) {
    throw new ParameterError({
      name,
      expected: `a number above ${low} and below ${Math.round(high)}`,
      received: String(value),
    });
  }
}

function fromZero(name: string, value: number): void {
  if (!(value >= 0 && Number.isFinite(value))) {
    throw new ParameterError({ name, expected: 'a number from 0', received: String(value) });
  }
}

function oneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) {
    throw new ParameterError({
      name,
      expected: allowed.map((a) => `'${a}'`).join(' or '),
      received: `'${value}'`,
    });
  }
}
