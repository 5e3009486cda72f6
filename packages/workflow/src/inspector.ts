/**
 * The inspector: new images in, verdicts out, at the speed of the device. Decoding and preprocessing run ahead of the
 * model through a bounded queue, so the device never waits and memory stays constant however long the stream is.
 */
import {
  type Backend,
  type ImageCodec,
  ImageFormatError,
  type ImageLimits,
  ParameterError,
  type PreprocessedSample,
  type PreprocessParams,
  type Raster,
  type Region,
  type Remark,
  type Result,
  ResultError,
  type TrainingImages,
  checkParameter,
} from '@oddpixel/contract';
import { imageForm, inBatches, mapOrdered } from '@oddpixel/contract/unstable';
import { loadModel, type AnomalyModel, type LoadedModel } from '@oddpixel/model-core';
import { preprocessParamsFromModel, type TileOptions } from '@oddpixel/preprocess';
import { batchingFor } from './batching.ts';
import { formRemarks, type FormOf } from './image-forms.ts';
import { createInspection, type Inspection } from './inspection.ts';
import { namingImage } from './name-image.ts';
import { decode, notesOn, preprocess, type Notes } from './prepared-images.ts';
import { inspectTiles } from './tiles.ts';

/** Range and meaning of each; their defaults depend on the backend. */
export const inspectionParameters = {
  batchSize: {
    type: 'integer',
    min: 1,
    max: 1024,
    unit: 'image',
    about: 'images per batch (default: 1 on the CPU, otherwise 4)',
  },
  prefetch: {
    type: 'integer',
    min: 1,
    unit: 'image',
    about: 'images decoded and preprocessed ahead of the model (default: as many as run at the same time)',
  },
} as const;

export interface InspectorOptions {
  readonly backend: Backend;
  /** Needed for encoded images; rasters work without. */
  readonly codec?: ImageCodec;
  /** Images per run of the model. Default 4, on a backend with parallel runs 1. */
  readonly batchSize?: number | undefined;
  /** Images decoded and preprocessed ahead of the model. Default: batchSize × runs at the same time. */
  readonly prefetch?: number;
  /** Cuts large images into overlapping tiles that are inspected at the tile's own scale. */
  readonly tile?: TileOptions | undefined;
  readonly limits?: ImageLimits | undefined;
  /**
   * Called for an image that cannot be read, decoded or preprocessed; the stream goes on without it.
   * Default: the first such image ends the stream with its error.
   */
  readonly onError?: (name: string, error: unknown) => void;
}

/** One image to inspect: encoded bytes, pixels, or a function that gets either when its turn comes. */
export interface InspectionInput {
  readonly name: string;
  readonly image: InspectionImage | (() => Promise<InspectionImage>);
  /** With `domainHandling` keepDomain or cropDomain: the part of the source that counts. */
  readonly domain?: Region;
}

export type InspectionImage = Uint8Array | Raster;

export interface Inspector {
  readonly model: AnomalyModel;
  inspect(input: InspectionInput, options?: { signal?: AbortSignal }): Promise<Inspection>;
  /** Inspects a stream; results come in the order of the input. Ends with the first error, but see `onError`. */
  inspectAll(
    inputs: AsyncIterable<InspectionInput> | Iterable<InspectionInput>,
    options?: { signal?: AbortSignal },
  ): AsyncGenerator<Inspection, void, undefined>;
  dispose(): Promise<void>;
}

/**
 * Opens a trained model for inspection.
 *
 * @throws ModelStateError for an untrained model; ParameterError for sizes outside their range or a tile smaller than its overlap.
 */
export async function createInspector(model: AnomalyModel, options: InspectorOptions): Promise<Inspector> {
  const { backend, tile } = options;
  const batching = batchingFor(backend, options.batchSize);
  const { batchSize, inFlight } = batching;
  const { prefetch: ahead = batchSize * inFlight } = options;
  checkParameter('batchSize', inspectionParameters.batchSize, batchSize);
  checkParameter('prefetch', inspectionParameters.prefetch, ahead);
  const params = preprocessParamsFromModel(model.manifest);
  const trainedOn = model.manifest.training?.images;
  const loaded = await loadModel(model, backend);

  async function* inspectAll(
    inputs: AsyncIterable<InspectionInput> | Iterable<InspectionInput>,
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<Inspection, void, undefined> {
    const run = signal === undefined ? {} : { signal };
    if (tile !== undefined) {
      const decoded = mapOrdered(
        inputs,
        2,
        guarded(options, async (input) => {
          const notes = notesOn(input.name);
          return { notes, raster: await toRaster(input, options, notes) };
        }),
      );
      for await (const { name, value } of present(decoded)) {
        const { raster, notes } = value;
        const tiling = { ...run, ...batching, ...notes.preprocessing };
        const result = await reported(options, name, () => inspectTiles(loaded, raster, tile, tiling, name));
        if (result === undefined) continue;
        const unlike = formRemarks(trainedOn, tileForm(raster, tile), name);
        yield createInspection({ name, raster, result, remarks: [...notes.remarks, ...unlike] });
      }
      return;
    }
    const prepareOne = guarded(options, (input) => prepare(input, { params, trainedOn }, options, signal));
    const batches = inBatches(present(mapOrdered(inputs, ahead, prepareOne)), batchSize);
    yield* flatten(mapOrdered(batches, inFlight, (batch) => applyEach(loaded, batch, options, run)));
  }

  return {
    model,
    inspectAll,
    async inspect(input, run) {
      for await (const inspection of inspectAll([input], run)) return inspection;
      throw new Error('unreachable: one input gives one result');
    },
    dispose: () => loaded.dispose(),
  };
}

interface Named<T> {
  readonly name: string;
  readonly value: T;
}

/** Work on one input that, if failures are reported, gives `undefined` instead of failing. */
function guarded<T>(
  { onError }: InspectorOptions,
  work: (input: InspectionInput) => Promise<T>,
): (input: InspectionInput) => Promise<Named<T> | undefined> {
  return async (input) => {
    try {
      return { name: input.name, value: await work(input) };
    } catch (error) {
      if (onError === undefined) throw error;
      onError(input.name, error);
      return undefined;
    }
  };
}

async function* present<T>(items: AsyncIterable<T | undefined>): AsyncGenerator<T, void, undefined> {
  for await (const item of items) if (item !== undefined) yield item;
}

interface Prepared {
  readonly raster: Raster;
  readonly prepared: PreprocessedSample;
  readonly remarks: readonly Remark[];
}

async function prepare(
  input: InspectionInput,
  {
    params,
    trainedOn,
  }: { readonly params: PreprocessParams; readonly trainedOn: TrainingImages | undefined },
  options: InspectorOptions,
  signal: AbortSignal | undefined,
): Promise<Prepared> {
  signal?.throwIfAborted();
  const notes = notesOn(input.name);
  const raster = await toRaster(input, options, notes);
  const prepared = preprocess(raster, params, input.name, {
    domain: input.domain,
    ...notes.preprocessing,
  });
  return { raster, prepared, remarks: [...notes.remarks, ...formRemarks(trainedOn, prepared, input.name)] };
}

/** A tile at the scale of the image: what the model sees of it. */
function tileForm(raster: Raster, { tileWidth, tileHeight }: TileOptions): FormOf {
  return {
    source: imageForm(raster),
    geometry: {
      sourceWidth: Math.min(tileWidth, raster.width),
      sourceHeight: Math.min(tileHeight, raster.height),
    },
  };
}

/** A result that, if failures are reported, is `undefined` if that image alone is the reason. */
async function reported<T>(
  { onError }: InspectorOptions,
  name: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (onError === undefined || !ownFault(error)) throw error;
    onError(name, error);
    return undefined;
  }
}

/** Failures of one image, tiles that do not suit its size among them; all others (device lost, aborted, a wrong model) end the stream. */
const ownFault = (error: unknown): boolean =>
  error instanceof ResultError || error instanceof ImageFormatError || error instanceof ParameterError;

/** A batch with an image that gives no result is run again one by one, so that it costs no other image its verdict. */
async function applyEach(
  loaded: LoadedModel,
  batch: readonly Named<Prepared>[],
  options: InspectorOptions,
  run: { signal?: AbortSignal },
): Promise<Inspection[]> {
  try {
    return await applyBatch(loaded, batch, run);
  } catch (error) {
    // Without a listener the stream ends, but not before it is known whose fault it is.
    const isNamed = options.onError === undefined && (batch.length === 1 || !(error instanceof ResultError));
    if (isNamed || !ownFault(error)) throw error;
    const each: Inspection[] = [];
    for (const one of batch) {
      each.push(...((await reported(options, one.name, () => applyBatch(loaded, [one], run))) ?? []));
    }
    return each;
  }
}

async function applyBatch(
  loaded: LoadedModel,
  batch: readonly Named<Prepared>[],
  run: { signal?: AbortSignal },
): Promise<Inspection[]> {
  const samples = batch.map(({ value }) => value.prepared);
  const results = await loaded.apply(samples, run).catch((error: unknown) => {
    throw namingImage(error, batch.length === 1 ? batch[0]?.name : undefined);
  });
  return batch.map(({ name, value }, index) =>
    createInspection({ name, ...value, result: results[index] as Result }),
  );
}

async function toRaster(input: InspectionInput, options: InspectorOptions, notes: Notes): Promise<Raster> {
  const image = typeof input.image === 'function' ? await input.image() : input.image;
  if (!(image instanceof Uint8Array)) return image;
  const { codec, limits } = options;
  if (codec === undefined) {
    throw new ParameterError({
      name: 'codec',
      expected: 'an ImageCodec for encoded images',
      received: 'none',
      fix: 'Pass codec: sharpCodec() or give a Raster.',
    });
  }
  return decode(image, input.name, { codec, limits }, notes);
}

async function* flatten<T>(batches: AsyncIterable<readonly T[]>): AsyncGenerator<T, void, undefined> {
  for await (const batch of batches) yield* batch;
}
