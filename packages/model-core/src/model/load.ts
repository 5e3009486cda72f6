/** A model on a backend: preprocessed samples in, results out. */
import {
  hostTensor,
  ModelFormatError,
  TensorMismatchError,
  describeTensor,
  type Backend,
  type HostTensor,
  type PreprocessedSample,
  type Result,
  type Session,
} from '../contract/index.ts';
import { checkModel } from './check-model.ts';
import { assertTrained, verifyModel, type AnomalyModel } from './model.ts';
import { checkFinite, outputValues } from './outputs.ts';
import { applyThresholds } from './thresholds.ts';

export interface LoadedModel {
  readonly model: AnomalyModel;
  readonly backend: Backend;
  /**
   * Scores samples in one batch, in order. Where the model has thresholds, verdict and region are set.
   *
   * @throws TensorMismatchError when a sample was not preprocessed for this model; ResultError when what the model
   *   computed is not finite; ModelFormatError when it is not one score and one map per sample.
   */
  apply(samples: readonly PreprocessedSample[], options?: { signal?: AbortSignal }): Promise<Result[]>;
  dispose(): Promise<void>;
}

/**
 * Opens a trained model on a backend.
 *
 * @throws ModelStateError for an initial model; ModelFormatError when the graph does not keep its promise.
 */
export async function loadModel(model: AnomalyModel, backend: Backend): Promise<LoadedModel> {
  assertTrained(model);
  checkModel(model);
  await verifyModel(model);
  const names = graphNames(model);
  const session = await backend.createSession(model.bytes);
  const missing = [names.map, names.score].find(
    (name) => name !== undefined && !session.outputs.some((o) => o.name === name),
  );
  if (missing !== undefined) {
    await session.dispose();
    throw new ModelFormatError({ where: 'graph outputs', problem: `there is no output \`${missing}\`` });
  }
  // Foreign models are often exported for a single image.
  const oneByOne = session.inputs.find(({ name }) => name === names.input)?.dims[0] === 1;
  return {
    model,
    backend,
    async apply(samples, options) {
      if (!oneByOne) return applyBatch(model, session, names, samples, options?.signal);
      const results: Result[] = [];
      for (const sample of samples) {
        results.push(...(await applyBatch(model, session, names, [sample], options?.signal)));
      }
      return results;
    },
    dispose: () => session.dispose(),
  };
}

interface GraphNames {
  readonly input: string;
  readonly map: string;
  readonly score: string | undefined;
}

function graphNames(model: AnomalyModel): GraphNames {
  const { external } = model.manifest;
  return external === undefined
    ? { input: 'image', map: 'anomaly_map', score: 'anomaly_score' }
    : { input: external.input, map: external.map, score: external.score };
}

async function applyBatch(
  model: AnomalyModel,
  session: Session,
  names: GraphNames,
  samples: readonly PreprocessedSample[],
  signal: AbortSignal | undefined,
): Promise<Result[]> {
  if (samples.length === 0) return [];
  const outputs = names.score === undefined ? [names.map] : [names.map, names.score];
  const batch = stack(model, samples);
  const run = await session.run({ [names.input]: batch }, { outputs, ...(signal && { signal }) });
  const { imageWidth, imageHeight } = model.manifest.preprocessing;
  const map = await outputValues(run[names.map], names.map, [samples.length, 1, imageHeight, imageWidth]);
  const score =
    names.score === undefined
      ? undefined
      : await outputValues(run[names.score], names.score, [samples.length]);
  return samples.map((sample, index) => toResult(model, sample, index, map, score));
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
    ...(sample.imageId !== undefined && { imageId: sample.imageId }),
    anomalyImage: { width, height, data },
    anomalyScore,
    geometry: sample.geometry,
  };
  const { thresholds, calibration } = model.manifest;
  return thresholds === undefined ? result : applyThresholds(result, thresholds, calibration);
}
