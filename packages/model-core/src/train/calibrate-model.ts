/** Thresholds from good images that the model has never seen: for our models, and for foreign ones. */
import { inBatches, mapOrdered, ParameterError, runsInFlight, type Backend } from '../contract/index.ts';
import { chooseThresholds, loadModel, withManifest, type AnomalyModel } from '../model/index.ts';
import { collectReferences } from './reference-scores.ts';
import type { TrainProgress } from './fit.ts';
import {
  hashesOf,
  identityOf,
  originalsOf,
  type ImageIdentity,
  type TrainingSamples,
} from './training-sample.ts';

export interface CalibrateModelOptions {
  readonly backend: Backend;
  /** Share of good images that may be called `nok`, between 0 and 1. Default 0.01. */
  readonly falseAlarmRate?: number;
  /** Images per run, from 1. Default 8. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainProgress) => void;
}

/**
 * The model with calibration and thresholds from `samples`, which are good images that did not train it. Varied
 * copies, where there are any, are passed over: they are no images that come up.
 *
 * @throws ModelStateError for an initial model; ParameterError when there is no sample; TensorMismatchError.
 */
export async function calibrateModel(
  model: AnomalyModel,
  samples: TrainingSamples,
  options: CalibrateModelOptions,
): Promise<AnomalyModel> {
  const { backend, falseAlarmRate = 0.01, batchSize = 8, signal, onProgress } = options;
  const loaded = await loadModel(model, backend);
  const references = collectReferences();
  const originals = originalsOf(samples);
  const images: ImageIdentity[] = [];
  try {
    const scored = mapOrdered(inBatches(originals, batchSize), runsInFlight(backend), async (batch) => ({
      batch,
      results: await loaded.apply(batch, signal ? { signal } : {}),
    }));
    for await (const { batch, results } of scored) {
      for (const { anomalyScore, anomalyImage } of results) references.add(anomalyScore, anomalyImage.data);
      images.push(...batch.map(identityOf));
      onProgress?.({ phase: 'calibration', done: images.length, total: originals.count });
    }
  } finally {
    await loaded.dispose();
  }
  const calibration = references.finish('validation');
  if (calibration === undefined) {
    throw new ParameterError({ name: 'samples', expected: 'at least one good image', received: 'none' });
  }
  const { training } = model.manifest;
  return withManifest(model, {
    calibration,
    thresholds: chooseThresholds(calibration, { falseAlarmRate }),
    ...(training && {
      training: {
        ...training,
        imageHashes: [...new Set([...training.imageHashes, ...hashesOf(images)])].sort(),
        imageCount: training.imageCount + images.length,
      },
    }),
  });
}
