/** The whole training job: a data set's good images in, a calibrated model out. */
import {
  DatasetError,
  type Backend,
  type Dataset,
  type PreprocessParams,
  type Remark,
  type Sample,
  type Store,
  type TrainingImages,
} from '@oddpixel/contract';
import { memory } from '@oddpixel/model-core/heads';
import { withManifest, type AnomalyModel } from '@oddpixel/model-core';
import { finishModel } from '@oddpixel/model-core/unstable';
import {
  createInitialModel,
  createTrainParams,
  trainModel,
  type TrainingSample,
  type TrainingSamples,
  type Head,
  type TrainParamOptions,
  type TrainProgress,
  type TrainResult,
} from '@oddpixel/model-core/train';
import { carveValidation, findSamples } from '@oddpixel/dataset';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { augmentedSamples, type Augmentation } from './augmentation.ts';
import { formCollector, partlyUsedRange, type FormCollector } from './image-forms.ts';
import { imageHash } from './image-hash.ts';
import { fileOf, namingImageById } from './name-image.ts';
import { measureGrayRange } from './measure-range.ts';
import { prepareImages, type ImageAccess } from './prepared-images.ts';
import { remarkCollector, type RemarkCollector } from './remark-collector.ts';

export interface TrainFromDatasetOptions extends ImageAccess {
  readonly backend: Backend;
  /** The backbone: ONNX bytes, a name for the manifest, and the values to use (default: its outputs). */
  readonly backbone: {
    readonly id: string;
    readonly bytes: Uint8Array;
    readonly outputs?: readonly string[] | undefined;
  };
  readonly preprocessing: PreprocessParams;
  /**
   * `auto` measures the gray values of the training images, which takes another pass over them, and uses that range in
   * place of `preprocessing.sourceRange`: 0 to the camera's highest value (8, 10, 12, 14 or 16 bits) for whole numbers,
   * the lowest to the highest value for float images.
   */
  readonly sourceRange?: 'auto' | readonly [number, number] | undefined;
  /** What learns, for example `memory({ numRows: 1000 })` or `student()`. Default: `memory()`. */
  readonly head?: Head | undefined;
  /** Parameters of training that differ from the defaults; the head has its own. */
  readonly params?: TrainParamOptions | undefined;
  /** Augmented copies that are trained on beside the images. Default: none. Never for the images that calibrate. */
  readonly augmentation?: Augmentation | undefined;
  /**
   * Where features are kept between runs, for example the same place as `store`: training again on the same
   * images and preprocessing (other seed, head or head parameters, a resumed one) then runs no backbone, and gives
   * the same bytes. An image takes 4 bytes per patch and feature, 1 to 2 MB at 256×256. Default: nowhere.
   */
  readonly featureStore?: Store | undefined;
  /** `student`: a checkpoint of the same training to go on from. */
  readonly resume?: Uint8Array | undefined;
  /** `student`: receives a checkpoint every `checkpointEvery` epochs and at the end. Awaited. */
  readonly onCheckpoint?: ((bytes: Uint8Array) => void | Promise<void>) | undefined;
  /** Epochs between checkpoints, from 1. Default 1. */
  readonly checkpointEvery?: number | undefined;
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
}

export interface TrainedFromDataset {
  readonly model: AnomalyModel;
  readonly result: TrainResult;
  /** Images that the model learned from, and independent ones that calibrated it. */
  readonly trainImages: number;
  readonly validationImages: number;
  /** What a person should know about the images and the caches, each once however often an image was read. */
  readonly remarks: readonly Remark[];
}

/**
 * Trains on the good images of the split `train`; good images of the split `validation`, if there are any,
 * calibrate the thresholds independently. A head that every image shapes, such as `student`, needs them: if there is no
 * validation split, a fifth of the training images (whole groups) is held out for it.
 *
 * @throws ParameterError for an augmentation that is out of range or changes nothing; DatasetError when there is no good training image or a defective one is in the training split.
 */
export async function trainFromDataset(
  given: Dataset,
  options: TrainFromDatasetOptions,
): Promise<TrainedFromDataset> {
  const { backend, backbone, head = memory() } = options;
  const { augmentation, featureStore } = options;
  const { signal, resume, onCheckpoint, checkpointEvery, onProgress } = options;
  const params = createTrainParams(head, options.params);
  const dataset = head.needsValidation === true ? withValidation(given, params.seed) : given;
  const train = trainingSplit(dataset);
  const validation = findSamples(dataset, { split: 'validation', label: 'ok' });
  const preprocessing = await withSourceRange(dataset, train, options);
  const access = { ...options, preprocessing };
  const initial = await createInitialModel(backbone.bytes, {
    preprocessing,
    id: backbone.id,
    outputs: backbone.outputs && [...backbone.outputs],
  });
  const noticed = { remarks: remarkCollector(), forms: formCollector() };
  const images = trainingSamples(dataset, train, access, noticed);
  const samples =
    augmentation === undefined
      ? images
      : augmentedSamples(images, augmentation, { seed: params.seed, preprocessing });
  const { model: trained, result } = await trainModel(initial, samples, params, {
    backend,
    featureStore,
    onWarning: (message) => noticed.remarks.add([{ code: 'damagedCacheEntry', message }]),
    validation: validation.length > 0 ? trainingSamples(dataset, validation, access, noticed) : undefined,
    signal,
    resume,
    onCheckpoint,
    checkpointEvery,
    onProgress,
  }).catch((error: unknown) => {
    throw namingImageById(error, fileOf(dataset));
  });
  const counts = { trainImages: train.length, validationImages: validation.length };
  const forms = noticed.forms.forms();
  const remarks = [
    ...(dataset.remarks ?? []),
    ...noticed.remarks.remarks(),
    ...partlyUsedRange(forms, preprocessing),
    ...result.remarks,
  ];
  return { model: await finishModel(withForms(trained, forms)), result, ...counts, remarks };
}

async function withSourceRange(
  dataset: Dataset,
  train: readonly Sample[],
  options: TrainFromDatasetOptions,
): Promise<PreprocessParams> {
  const { preprocessing, sourceRange } = options;
  if (sourceRange === undefined) return preprocessing;
  const range = sourceRange === 'auto' ? await measureGrayRange(dataset, train, options) : sourceRange;
  return createPreprocessParams({ ...preprocessing, sourceRange: range });
}

function withForms(model: AnomalyModel, images: TrainingImages | undefined): AnomalyModel {
  const { training } = model.manifest;
  if (training === undefined || images === undefined) return model;
  return withManifest(model, { training: { ...training, images } });
}

/** Some training images kept aside, if the data set has no validation split and more than one part to train on. */
function withValidation(dataset: Dataset, seed: number): Dataset {
  if (findSamples(dataset, { split: 'validation', label: 'ok' }).length > 0) return dataset;
  const parts = new Set(
    findSamples(dataset, { split: 'train' }).map(({ group, imageId }) => group ?? `image ${imageId}`),
  );
  return parts.size < 2 ? dataset : carveValidation(dataset, { seed });
}

/** What is collected while images pass by. */
interface Noticed {
  readonly remarks: RemarkCollector;
  readonly forms: FormCollector;
}

/** The images of a data set as a stream that training can pass over as often as it needs. */
export function trainingSamples(
  dataset: Dataset,
  samples: readonly Sample[],
  options: TrainFromDatasetOptions,
  noticed: Noticed = { remarks: remarkCollector(), forms: formCollector() },
): TrainingSamples {
  return {
    count: samples.length,
    async *[Symbol.asyncIterator](): AsyncGenerator<TrainingSample, void, undefined> {
      for await (const { sample, prepared, hash, remarks } of prepareImages(
        dataset,
        samples,
        options.preprocessing,
        options,
      )) {
        noticed.remarks.add(remarks);
        noticed.forms.add(prepared);
        yield {
          ...prepared,
          imageHash: imageHash(hash),
          name: sample.imageFileName,
          group: sample.group,
        };
      }
    },
  };
}

function trainingSplit(dataset: Dataset): Sample[] {
  const train = findSamples(dataset, { split: 'train' });
  const odd = train.filter(({ imageLabel }) => imageLabel === 'nok');
  if (odd.length > 0) {
    throw new DatasetError({
      path: dataset.imageDir || '.',
      problems: odd.map(
        ({ imageFileName }) => `${imageFileName} is labelled nok but is in the training split`,
      ),
      fix: 'Training uses good images only: move defective ones to the test split.',
    });
  }
  if (train.length === 0) {
    throw new DatasetError({
      path: dataset.imageDir || '.',
      problems: ['the training split has no good image'],
      fix: 'Put good images into train/good, or split the data set with splitDataset.',
    });
  }
  return train;
}
