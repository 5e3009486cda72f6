/** Thresholds from good images that the model has never seen: for our models, and for foreign ones. */
import { ParameterError, type Backend, type Result, runsInFlight } from '@oddpixel/contract';
import { inBatches, mapOrdered } from '@oddpixel/contract/unstable';
import { chooseThresholds } from '../model/calibration.ts';
import { withManifest, type AnomalyModel } from '../model/model.ts';
import { imageGrouper, type ImageGrouper } from './image-groups.ts';
import { openScorer } from './scorer.ts';
import { collectReferences } from './reference-scores.ts';
import type { TrainProgress } from './head.ts';
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
  readonly falseAlarmRate?: number | undefined;
  /** Images per run, from 1. Default 8. */
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
}

/**
 * The model with calibration and thresholds from `samples`, which are good images that did not train it. Augmented
 * copies are skipped: they are not images that occur. So are images whose content trained the model,
 * and those that are equal or near-equal to an earlier one: they would claim more than they show.
 *
 * @throws ModelStateError for an initial model; ParameterError if no sample is left; TensorMismatchError.
 */
export async function calibrateModel(
  model: AnomalyModel,
  samples: TrainingSamples,
  options: CalibrateModelOptions,
): Promise<AnomalyModel> {
  const { model: calibrated } = await calibrateWherePossible(model, samples, options);
  if (calibrated !== undefined) return calibrated;
  throw new ParameterError({
    name: 'samples',
    expected: 'at least one good image that did not train the model',
    received: 'none',
  });
}

export interface CalibrationOutcome {
  /** Absent if no sample is left to calibrate with. */
  readonly model?: AnomalyModel | undefined;
  /** Samples that do not count, since they repeat what the model or an earlier one has seen. */
  readonly passedOver: readonly ImageIdentity[];
}

/**
 * @param options.grouper has received the training images, if they are available.
 */
export async function calibrateWherePossible(
  model: AnomalyModel,
  samples: TrainingSamples,
  options: CalibrateModelOptions & { readonly grouper?: ImageGrouper },
): Promise<CalibrationOutcome> {
  const { backend, falseAlarmRate = 0.01, batchSize = 8, signal, onProgress } = options;
  const originals = originalsOf(samples);
  const grouper = options.grouper ?? imageGrouper(model.manifest.head?.featureDims ?? 1);
  const seenBefore = grouper.finish().images.length;
  const references = collectReferences();
  const scorer = await openScorer(model, backend);
  let done = 0;
  try {
    const scored = mapOrdered(inBatches(originals, batchSize), runsInFlight(backend), async (batch) => ({
      batch,
      ...(await scorer.score(batch, signal)),
    }));
    for await (const { batch, results, patches } of scored) {
      for (const [i, sample] of batch.entries()) {
        const { anomalyScore, anomalyImage } = results[i] as Result;
        references.add(anomalyScore, anomalyImage.data);
        grouper.add(identityOf(sample), patches[i]);
      }
      done += batch.length;
      onProgress?.({ phase: 'calibration', done, total: originals.count });
    }
  } finally {
    await scorer.dispose();
  }

  const { images, originals: places, distinct } = grouper.finish();
  const { training } = model.manifest;
  const trainedOn = new Set(training?.imageHashes);
  const isNew = (place: number): boolean => !trainedOn.has(images[place]?.imageHash ?? '');
  const counting = new Set(distinct.filter((place) => place >= seenBefore && isNew(place)));
  const passedOver = places
    .filter((place) => place >= seenBefore && !counting.has(place))
    .map((place) => images[place] as ImageIdentity);
  const calibration = references.finish(
    'validation',
    [...counting].map((place) => place - seenBefore),
  );
  if (calibration === undefined) return { passedOver };
  const used = [...counting].map((place) => images[place] as ImageIdentity);
  return {
    passedOver,
    model: withManifest(model, {
      calibration,
      thresholds: chooseThresholds(calibration, { falseAlarmRate }),
      training: training && {
        ...training,
        imageHashes: [...new Set([...training.imageHashes, ...hashesOf(used)])].sort(),
        imageCount: training.imageCount + used.length,
      },
    }),
  };
}
