/** One run of a model: samples in, results out. */
import {
  hostTensor,
  TensorMismatchError,
  type HostTensor,
  type PreprocessedSample,
  type Result,
  type Session,
} from '@oddpixel/contract';
import { describeTensor } from '@oddpixel/contract/unstable';
import type { AnomalyModel } from './model.ts';
import { checkFinite, outputValues } from './outputs.ts';
import { applyThresholds } from './thresholds.ts';

/** A graph's names of its inputs and outputs. */
interface GraphNames {
  readonly input: string;
  readonly map: string;
  readonly score: string | undefined;
}

export function graphNames(model: AnomalyModel): GraphNames {
  const { external } = model.manifest;
  return external === undefined
    ? { input: 'image', map: 'anomaly_map', score: 'anomaly_score' }
    : { input: external.input, map: external.map, score: external.score };
}

export interface AppliedBatch {
  readonly results: Result[];
  /** Values of the additional output, sample after sample. */
  readonly also: Float32Array | undefined;
}

export interface ApplyBatchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Another output of the graph, with its dims per sample. */
  readonly also?: { readonly name: string; readonly dims: readonly number[] } | undefined;
}

/** Runs all samples at once. Errors as `LoadedModel.apply`. */
export async function applyBatch(
  model: AnomalyModel,
  session: Session,
  samples: readonly PreprocessedSample[],
  { signal, also }: ApplyBatchOptions = {},
): Promise<AppliedBatch> {
  if (samples.length === 0) return { results: [], also: undefined };
  const names = graphNames(model);
  const outputs = [names.map, names.score, also?.name].filter((name) => name !== undefined);
  const batch = stack(model, samples);
  const run = await session.run({ [names.input]: batch }, { outputs, signal });
  const { imageWidth, imageHeight } = model.manifest.preprocessing;
  const values = (name: string, dims: readonly number[]): Promise<Float32Array> =>
    outputValues(run[name], name, [samples.length, ...dims]);
  const map = await values(names.map, [1, imageHeight, imageWidth]);
  const score = names.score === undefined ? undefined : await values(names.score, []);
  return {
    results: samples.map((sample, index) => toResult(model, sample, index, map, score)),
    also: also && (await values(also.name, also.dims)),
  };
}

/** The samples as one `[N, C, H, W]` tensor. */
function stack(model: AnomalyModel, samples: readonly PreprocessedSample[]): HostTensor<'float32'> {
  const { imageNumChannels: c, imageHeight: h, imageWidth: w } = model.manifest.preprocessing;
  const size = c * h * w;
  for (const [index, { image }] of samples.entries()) {
    if (image.dims.length !== 3 || image.dims[0] !== c || image.dims[1] !== h || image.dims[2] !== w) {
      throw new TensorMismatchError({
        name: `samples[${index}].image`,
        expected: `float32 [${c},${h},${w}]`,
        received: describeTensor(image),
        fix: 'Preprocess the image with preprocessParamsFromModel(model.manifest).',
      });
    }
  }
  const [first] = samples;
  // A single sample needs no copy: feeds are borrowed, never changed.
  if (samples.length === 1 && first !== undefined)
    return hostTensor('float32', [1, c, h, w], first.image.data);
  const data = new Float32Array(samples.length * size);
  samples.forEach(({ image }, index) => data.set(image.data, index * size));
  return hostTensor('float32', [samples.length, c, h, w], data);
}

function toResult(
  model: AnomalyModel,
  sample: PreprocessedSample,
  index: number,
  maps: Float32Array,
  scores: Float32Array | undefined,
): Result {
  const { imageWidth: width, imageHeight: height } = model.manifest.preprocessing;
  const size = width * height;
  const data = maps.slice(index * size, (index + 1) * size);
  // A foreign model without a score output is scored by its map's maximum.
  const anomalyScore =
    scores === undefined ? data.reduce((a, b) => Math.max(a, b), -Infinity) : (scores[index] as number);
  checkFinite(sample, anomalyScore, data);
  const result: Result = {
    imageId: sample.imageId,
    anomalyImage: { width, height, data },
    anomalyScore,
    geometry: sample.geometry,
  };
  const { thresholds, calibration } = model.manifest;
  return applyThresholds(result, thresholds, calibration);
}
