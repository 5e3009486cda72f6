/** Thresholds from good images that the model has never seen: for our models, and for foreign ones. */
import {
  inBatches,
  mapOrdered,
  ParameterError,
  runsInFlight,
  type Backend,
  type Result,
} from '../contract/index.ts';
import { chooseThresholds, loadModel, withManifest, type AnomalyModel } from '../model/index.ts';
import { collectReferences } from './reference-scores.ts';
import type { TrainProgress } from './fit.ts';
import {
  firstOfContent,
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
 * copies, where there are any, are passed over: they are no images that come up. So are images whose content trained
 * the model, and equal content after the first: they would claim more than they show.
 *
 * @throws ModelStateError for an initial model; ParameterError when no sample is left; TensorMismatchError.
 */
export async function calibrateModel(
  model: AnomalyModel,
  samples: TrainingSamples,
  options: CalibrateModelOptions,
): Promise<AnomalyModel> {
  const calibrated = await calibrateWherePossible(model, samples, options);
  if (calibrated !== undefined) return calibrated;
  throw new ParameterError({
    name: 'samples',
    expected: 'at least one good image that did not train the model',
    received: 'none',
  });
}

/** `undefined` where no sample is left to calibrate with. */
export async function calibrateWherePossible(
  model: AnomalyModel,
  samples: TrainingSamples,
  options: CalibrateModelOptions,
): Promise<AnomalyModel | undefined> {
  const { backend, falseAlarmRate = 0.01, batchSize = 8, signal, onProgress } = options;
  const loaded = await loadModel(model, backend);
  const references = collectReferences();
  const originals = originalsOf(samples);
  const images: ImageIdentity[] = [];
  const isNew = firstOfContent();
  const trainedOn = new Set(model.manifest.training?.imageHashes);
  let done = 0;
  try {
    const scored = mapOrdered(inBatches(originals, batchSize), runsInFlight(backend), async (batch) => ({
      batch,
      results: await loaded.apply(batch, signal ? { signal } : {}),
    }));
    for await (const { batch, results } of scored) {
      for (const [i, sample] of batch.entries()) {
        done++;
        const { anomalyScore, anomalyImage } = results[i] as Result;
        if (!isNew(sample) || (sample.imageHash !== undefined && trainedOn.has(sample.imageHash))) continue;
        references.add(anomalyScore, anomalyImage.data);
        images.push(identityOf(sample));
      }
      onProgress?.({ phase: 'calibration', done, total: originals.count });
    }
  } finally {
    await loaded.dispose();
  }
  const calibration = references.finish('validation');
  if (calibration === undefined) return undefined;
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
