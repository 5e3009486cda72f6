/** Training: good images in, a calibrated model out. */
import {
  type Backend,
  type EpochRecord,
  ParameterError,
  type Remark,
  type Store,
  type TrainingRecord,
  checkParameter,
} from '@oddpixel/contract';
import { chooseThresholds } from '../model/calibration.ts';
import { verifyModel, type AnomalyModel } from '../model/model.ts';
import { calibrateWherePossible } from './calibrate-model.ts';
import type { ImageGroups } from './image-groups.ts';
import { trainingRemarks, validationRemark } from './training-remarks.ts';
import { checkpointParameters } from './train-parameters.ts';
import { openBackbone, type Backbone } from './feature-pass.ts';
import type { FittedHead, TrainParams, TrainProgress } from './head.ts';
import { productVersion } from '../model/product-version.ts';
import { tailOptions, trainedGraph, trainedModel } from './trained-model.ts';
import { hashesOf, type AugmentationRecord, type TrainingSamples } from './training-sample.ts';

export interface TrainModelOptions {
  readonly backend: Backend;
  /** Good images that training does not see: they calibrate the thresholds independently. */
  readonly validation?: TrainingSamples | undefined;
  /**
   * Where features are kept between runs of training: another run on the same images (other seed, head or head
   * parameters, or resumed) does not run the backbone on images that it finds there, and gives the same bytes. Default:
   * nowhere.
   */
  readonly featureStore?: Store | undefined;
  /** Called for damaged entries of `featureStore`, which are computed again. */
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `student`: a checkpoint of the same training to resume from. */
  readonly resume?: Uint8Array | undefined;
  /** `student`: receives a checkpoint every `checkpointEvery` epochs and at the end. Awaited. */
  readonly onCheckpoint?: ((bytes: Uint8Array) => void | Promise<void>) | undefined;
  /** Epochs between checkpoints, from 1. Default 1. */
  readonly checkpointEvery?: number | undefined;
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
}

export interface TrainResult {
  /** Error of the last epoch; `null` for heads that are fitted in one pass. */
  readonly finalError: number | null;
  readonly finalEpoch: number;
  readonly bestError: number | null;
  readonly bestEpoch: number;
  readonly history: readonly EpochRecord[];
  /** What a person should know about the images: equal ones, and why the model has no threshold if it has none. */
  readonly remarks: readonly Remark[];
}

/**
 * Trains an initial model.
 *
 * Thresholds are calibrated on `validation` if it is given, else on the training images by leaving out what each
 * image (with its group) contributed. With a single training group and no validation the model has no thresholds;
 * neither has a `student` without validation, since every image shapes it. Augmented copies in `samples` (`withCopies`)
 * train the model, but neither calibrate it nor count as images.
 *
 * @throws ModelStateError if the model is trained already; ParameterError if there is no sample, sizes do not fit
 *   or `resume` belongs to other training; TrainingDivergedError; TensorMismatchError for samples of another size; LimitExceededError if patches do not fit into memory.
 */
export async function trainModel(
  model: AnomalyModel,
  samples: TrainingSamples,
  params: TrainParams,
  options: TrainModelOptions,
): Promise<{ model: AnomalyModel; result: TrainResult }> {
  const { backend, validation, onProgress = (): void => {} } = options;
  const { signal, resume, onCheckpoint, checkpointEvery, featureStore, onWarning } = options;
  if (samples.count < 1) {
    throw new ParameterError({ name: 'samples', expected: 'at least one good image', received: 'none' });
  }
  if (checkpointEvery !== undefined) {
    checkParameter('checkpointEvery', checkpointParameters.checkpointEvery, checkpointEvery);
  }
  await verifyModel(model);
  const backbone = openBackbone(model);
  const fitted = await params.head.fit(backbone, samples, {
    params,
    backend,
    selfCalibrate: validation === undefined,
    onProgress,
    featureStore,
    onWarning,
    signal,
    resume,
    onCheckpoint,
    checkpointEvery,
  });
  const images = fitted.grouper.finish();
  const trained = assemble(backbone, params, fitted, images, samples.augmentation?.record);
  const calibrated =
    validation &&
    (await calibrateWherePossible(trained, validation, { ...params, ...options, grouper: fitted.grouper }));
  const finished = calibrated?.model ?? trained;
  const passedOver = calibrated?.passedOver ?? [];
  const remarks = [
    ...trainingRemarks(images, finished),
    ...(passedOver.length > 0 ? [validationRemark(passedOver)] : []),
  ];
  return { model: finished, result: resultOf(fitted, remarks) };
}

function resultOf({ epochs }: FittedHead, remarks: readonly Remark[]): TrainResult {
  if (epochs === undefined)
    return { finalError: null, finalEpoch: 0, bestError: null, bestEpoch: 0, history: [], remarks };
  const { history, bestEpoch, bestError } = epochs;
  const last = history.at(-1);
  return {
    finalError: last?.error ?? null,
    finalEpoch: last?.epoch ?? 0,
    bestError,
    bestEpoch,
    history,
    remarks,
  };
}

function assemble(
  backbone: Backbone,
  params: TrainParams,
  { transform, distance, featureDims, figures, calibration, epochs }: FittedHead,
  { images, originals }: ImageGroups,
  augmentation: AugmentationRecord | undefined,
): AnomalyModel {
  const graph = trainedGraph(backbone, transform, distance, tailOptions(backbone, params));
  const { grid, model } = backbone;
  const { head, seed, scoreMethod, standardDeviationFactor, falseAlarmRate } = params;
  const record: TrainingRecord = {
    seed,
    parameters: { falseAlarmRate, featureDims: params.featureDims, ...head.parameters },
    history: epochs?.history ?? [],
    imageHashes: hashesOf(images),
    imageCount: originals.length,
    figures,
  };
  return trainedModel(model, graph, {
    productVersion,
    scoreMethod,
    standardDeviationFactor,
    head: {
      type: head.type,
      parameters: head.parameters,
      gridWidth: grid.width,
      gridHeight: grid.height,
      featureDims,
    },
    training: augmentation === undefined ? record : { ...record, augmentation },
    calibration,
    thresholds: calibration && chooseThresholds(calibration, { falseAlarmRate }),
  });
}
