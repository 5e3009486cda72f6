/** Evaluation of a model on a data set, image by image: memory does not grow with the number of images. */
import {
  ImageFormatError,
  type Backend,
  type Dataset,
  type ImageGeometry,
  type Raster,
  type Remark,
  type Result,
  type Sample,
} from '@oddpixel/contract';
import { inBatches, mapOrdered } from '@oddpixel/contract/unstable';
import { loadModel, type AnomalyModel } from '@oddpixel/model-core';
import { imagePath, anomalyPaths } from '@oddpixel/dataset';
import { isLossyFile, uniteMasks, type MaskImage } from '@oddpixel/dataset/unstable';
import {
  createEvaluationParams,
  createEvaluator,
  type Evaluation,
  type EvaluationParams,
} from '@oddpixel/eval';
import { preprocessMask, preprocessParamsFromModel } from '@oddpixel/preprocess';
import { lossyMaskWarning } from '@oddpixel/preprocess/unstable';
import { batchingFor } from './batching.ts';
import { formRemarks } from './image-forms.ts';
import { imageHash } from './image-hash.ts';
import { fileOf, namingImageById } from './name-image.ts';
import {
  decode,
  notesOn,
  prepareImage,
  readLimit,
  type ImageAccess,
  type PreparedImage,
} from './prepared-images.ts';
import { remarkCollector } from './remark-collector.ts';

/** One evaluated image, for galleries and overlays. */
export interface EvaluatedSample {
  readonly sample: Sample;
  readonly result: Result;
  /** The decoded image; absent if the cache made decoding unnecessary, unless `withRasters` asks for it. */
  readonly raster?: Raster | undefined;
  /** Ground truth at model size, 1 where anomalous. Absent if unknown. */
  readonly mask?: Uint8Array | undefined;
}

export interface EvaluateModelOptions extends ImageAccess {
  readonly backend: Backend;
  /** Images per run of the model. Default 4, on a backend with parallel runs 1. */
  readonly batchSize?: number;
  /** Which images. Default: the test split, or all images if the data set has no split. */
  readonly select?: (sample: Sample) => boolean;
  readonly params?: Partial<EvaluationParams> | undefined;
  /** Decodes images whose samples are cached, too, so that `onImage` gets their pixels. Default false. */
  readonly withRasters?: boolean | undefined;
  /** Called for every image, in order. */
  readonly onImage?: ((image: EvaluatedSample) => void | Promise<void>) | undefined;
  readonly onProgress?: (progress: { done: number; total: number }) => void;
}

export interface ModelEvaluation {
  readonly evaluation: Evaluation;
  /** Images left out because the model was trained or calibrated on them (by their content). */
  readonly excluded: readonly string[];
  readonly elapsedMs: number;
  /** Of the defective images measured, how many have a mask: pixel figures speak of these and of good images alone. */
  readonly masks: { readonly used: number; readonly defective: number };
  /** What a person should know about the data set, its images and masks; equal remarks are one, with all its files. */
  readonly remarks: readonly Remark[];
}

/**
 * Scores the test images and measures the model.
 *
 * @throws ModelStateError for an untrained model; ImageFormatError that names a mask whose size is not its image's.
 */
export async function evaluateModel(
  model: AnomalyModel,
  dataset: Dataset,
  options: EvaluateModelOptions,
): Promise<ModelEvaluation> {
  const params = preprocessParamsFromModel(model.manifest);
  const samples = dataset.samples.filter(options.select ?? defaultSelection(dataset));
  const known = new Set(model.manifest.training?.imageHashes ?? []);
  const excluded: string[] = [];
  const evaluator = createEvaluator(
    createEvaluationParams({
      ...options.params,
      modelThresholds: model.manifest.thresholds ?? options.params?.modelThresholds,
    }),
  );
  const noticed = remarkCollector();
  noticed.add(dataset.remarks ?? []);
  const loaded = await loadModel(model, options.backend);
  const started = performance.now();
  let done = 0;
  const masks = { used: 0, defective: 0 };
  try {
    const prepared = mapOrdered(samples, options.concurrency ?? 8, async (sample) => {
      const image = await prepareImage(dataset, sample, params, options, options.withRasters);
      return { ...image, ...(await readMask(dataset, image, options)) };
    });
    const fresh = keep(prepared, (image) => {
      if (!known.has(imageHash(image.hash))) return true;
      excluded.push(image.sample.imageFileName);
      return false;
    });
    const run = options.signal === undefined ? {} : { signal: options.signal };
    const { batchSize, inFlight } = batchingFor(options.backend, options.batchSize);
    const scored = mapOrdered(inBatches(fresh, batchSize), inFlight, async (batch) => {
      const samples = batch.map((image) => image.prepared);
      const results = await loaded.apply(samples, run).catch((error: unknown) => {
        throw namingImageById(error, fileOf(dataset));
      });
      return batch.map((image, index) => ({ ...image, result: results[index] as Result }));
    });
    for await (const batch of scored) {
      for (const { sample, result, raster, mask, vanishedRegions, remarks, maskRemarks, prepared } of batch) {
        const unlike = formRemarks(model.manifest.training?.images, prepared, imagePath(dataset, sample));
        noticed.add([...remarks, ...maskRemarks, ...unlike]);
        if (sample.imageLabel === 'nok') {
          masks.defective++;
          if (mask !== undefined) masks.used++;
        }
        evaluator.add({
          imageId: sample.imageId,
          fileName: sample.imageFileName,
          label: sample.imageLabel,
          defect: sample.defect,
          score: result.anomalyScore,
          map: result.anomalyImage,
          mask,
          vanishedRegions,
        });
        await options.onImage?.({ sample, result, raster, mask });
        done++;
      }
      options.onProgress?.({ done: done + excluded.length, total: samples.length });
    }
  } finally {
    await loaded.dispose();
  }
  return {
    evaluation: evaluator.finish(),
    excluded,
    elapsedMs: performance.now() - started,
    masks,
    remarks: noticed.remarks(),
  };
}

function defaultSelection(dataset: Dataset): (sample: Sample) => boolean {
  return dataset.samples.some(({ split }) => split !== undefined)
    ? ({ split }) => split === 'test'
    : () => true;
}

interface Mask {
  readonly mask?: Uint8Array;
  readonly vanishedRegions: number;
  readonly maskRemarks: readonly Remark[];
}

/** Ground truth of one image at model size, what any of its masks marks: empty for good images, absent for defective ones without a mask. */
async function readMask(
  dataset: Dataset,
  image: PreparedImage,
  options: EvaluateModelOptions,
): Promise<Mask> {
  const { geometry } = image.prepared;
  const paths = anomalyPaths(dataset, image.sample);
  const masks: MaskImage[] = [];
  const remarks: Remark[] = [];
  for (const path of paths) {
    const bytes = await options.source.read(path, readLimit(options));
    const notes = notesOn(path);
    const raster = await decode(bytes, path, options, notes);
    const lossy = isLossyFile(bytes);
    if (lossy && paths.length > 1) notes.add('mask', lossyMaskWarning);
    masks.push({ raster, lossy, path });
    remarks.push(...notes.remarks);
  }
  const [first, ...more] = masks;
  if (first === undefined) {
    return image.sample.imageLabel === 'ok'
      ? { mask: emptyMask(geometry), vanishedRegions: 0, maskRemarks: [] }
      : { vanishedRegions: 0, maskRemarks: [] };
  }
  const { path } = first;
  const notes = notesOn(path);
  const onWarning = (text: string): void => notes.add('mask', text);
  try {
    const joined = more.length === 0 ? first : { raster: uniteMasks([first, ...more]), lossy: false };
    const mask = preprocessMask(joined.raster, geometry, { lossy: joined.lossy, onWarning });
    return { ...mask, maskRemarks: [...remarks, ...notes.remarks] };
  } catch (error) {
    if (!(error instanceof ImageFormatError) || error.details.file !== undefined) throw error;
    throw new ImageFormatError({ ...error.details, file: path }, { cause: error });
  }
}

function emptyMask({ width, height }: ImageGeometry): Uint8Array {
  return new Uint8Array(width * height);
}

async function* keep<T>(
  items: AsyncIterable<T>,
  test: (item: T) => boolean,
): AsyncGenerator<T, void, undefined> {
  for await (const item of items) if (test(item)) yield item;
}
