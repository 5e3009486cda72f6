/**
 * The inspector: new images in, verdicts out, at the speed of the device. Decoding and preprocessing run ahead of the
 * model through a bounded queue, so the device never waits and memory stays constant however long the stream is.
 */
import {
  ParameterError,
  type Backend,
  type ImageCodec,
  type ImageLimits,
  type PreprocessedSample,
  type PreprocessParams,
  type Raster,
  type Region,
  type Result,
} from '@oddpixel/model-core/contract';
import { loadModel, type AnomalyModel, type LoadedModel } from '@oddpixel/model-core/model';
import { preprocessParamsFromModel, preprocessRaster, type TileOptions } from '@oddpixel/preprocess';
import { inBatches, mapOrdered } from './pipeline.ts';
import { decode } from './prepared-images.ts';
import { inspectTiles } from './tiles.ts';

export interface InspectorOptions {
  /**
   * Where the model runs. Several backends share the work, each running other batches at the same time: two
   * single-threaded ones use two cores better than one with two threads.
   */
  readonly backend: Backend | readonly Backend[];
  /** Needed for encoded images; rasters work without. */
  readonly codec?: ImageCodec;
  /** Images per run of the model. Default 4, with several backends 1. */
  readonly batchSize?: number;
  /** Images decoded and preprocessed ahead of the model. Default 2 × batchSize × backends. */
  readonly prefetch?: number;
  /** Cuts large images into overlapping tiles that are inspected at the tile's own scale. */
  readonly tile?: TileOptions;
  readonly limits?: ImageLimits;
  readonly onWarning?: (message: string) => void;
}

/** One image to inspect: encoded bytes or pixels. */
export interface InspectionInput {
  readonly name: string;
  readonly image: Uint8Array | Raster;
  /** With `domainHandling` keepDomain or cropDomain: the part of the source that counts. */
  readonly domain?: Region;
}

export interface Inspection {
  readonly name: string;
  readonly result: Result;
  /** The decoded image. */
  readonly raster: Raster;
  /** What the model saw. With tiles: absent. */
  readonly prepared?: PreprocessedSample;
}

export interface Inspector {
  readonly model: AnomalyModel;
  inspect(input: InspectionInput, options?: { signal?: AbortSignal }): Promise<Inspection>;
  /** Inspects a stream; results come in the order of the input. Ends with the first error. */
  inspectAll(
    inputs: AsyncIterable<InspectionInput> | Iterable<InspectionInput>,
    options?: { signal?: AbortSignal },
  ): AsyncGenerator<Inspection, void, undefined>;
  dispose(): Promise<void>;
}

/**
 * Opens a trained model for inspection.
 *
 * @throws ModelStateError for an untrained model; ParameterError for sizes below 1 or a tile smaller than its overlap.
 */
export async function createInspector(model: AnomalyModel, options: InspectorOptions): Promise<Inspector> {
  const backends = 'createSession' in options.backend ? [options.backend] : options.backend;
  const { batchSize = backends.length > 1 ? 1 : 4, tile } = options;
  const { prefetch: ahead = 2 * batchSize * backends.length } = options;
  checkCount('batchSize', batchSize);
  checkCount('prefetch', ahead);
  const params = preprocessParamsFromModel(model.manifest);
  const replicas = await openReplicas(model, backends);
  // Batches go round: a result is awaited in the order of the batches anyway.
  let turn = 0;
  const nextReplica = (): LoadedModel => replicas[turn++ % replicas.length] as LoadedModel;

  async function* inspectAll(
    inputs: AsyncIterable<InspectionInput> | Iterable<InspectionInput>,
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<Inspection, void, undefined> {
    const run = signal === undefined ? {} : { signal };
    if (tile !== undefined) {
      const decoded = mapOrdered(inputs, 2, async (input) => ({
        input,
        raster: await toRaster(input, options),
      }));
      for await (const { input, raster } of decoded) {
        const result = await inspectTiles(nextReplica(), raster, tile, { ...run, batchSize });
        yield { name: input.name, raster, result };
      }
      return;
    }
    const prepared = mapOrdered(inputs, ahead, (input) => prepare(input, params, options, signal));
    const batches = inBatches(prepared, batchSize);
    // Each replica runs one batch while its next one is collected.
    yield* flatten(
      mapOrdered(batches, 2 * replicas.length, (batch) => applyBatch(nextReplica(), batch, run)),
    );
  }

  return {
    model,
    inspectAll,
    async inspect(input, run) {
      for await (const inspection of inspectAll([input], run)) return inspection;
      throw new Error('unreachable: one input gives one result');
    },
    async dispose(): Promise<void> {
      await Promise.all(replicas.map((replica) => replica.dispose()));
    },
  };
}

/** The model on every backend; on all or, after an error, on none. */
async function openReplicas(model: AnomalyModel, backends: readonly Backend[]): Promise<LoadedModel[]> {
  if (backends.length === 0) {
    throw new ParameterError({ name: 'backend', expected: 'at least one backend', received: 'none' });
  }
  const opened = await Promise.allSettled(backends.map((backend) => loadModel(model, backend)));
  const replicas = opened.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failure = opened.find((outcome) => outcome.status === 'rejected');
  if (failure === undefined) return replicas;
  await Promise.all(replicas.map((replica) => replica.dispose()));
  throw failure.reason;
}

interface Prepared {
  readonly name: string;
  readonly raster: Raster;
  readonly prepared: PreprocessedSample;
}

async function prepare(
  input: InspectionInput,
  params: PreprocessParams,
  options: InspectorOptions,
  signal: AbortSignal | undefined,
): Promise<Prepared> {
  signal?.throwIfAborted();
  const raster = await toRaster(input, options);
  const { onWarning } = options;
  const prepared = preprocessRaster(raster, params, {
    ...(input.domain && { domain: input.domain }),
    ...(onWarning && { onWarning: (message: string) => onWarning(`${input.name}: ${message}`) }),
  });
  return { name: input.name, raster, prepared };
}

async function applyBatch(
  loaded: LoadedModel,
  batch: readonly Prepared[],
  run: { signal?: AbortSignal },
): Promise<Inspection[]> {
  const results = await loaded.apply(
    batch.map(({ prepared }) => prepared),
    run,
  );
  return batch.map((item, index) => ({ ...item, result: results[index] as Result }));
}

async function toRaster(input: InspectionInput, options: InspectorOptions): Promise<Raster> {
  if (!(input.image instanceof Uint8Array)) return input.image;
  const { codec, ...access } = options;
  if (codec === undefined) {
    throw new ParameterError({
      name: 'codec',
      expected: 'an ImageCodec for encoded images',
      received: 'none',
      fix: 'Pass codec: sharpCodec() or give a Raster.',
    });
  }
  return decode(input.image, input.name, { ...access, codec });
}

async function* flatten<T>(batches: AsyncIterable<readonly T[]>): AsyncGenerator<T, void, undefined> {
  for await (const batch of batches) yield* batch;
}

function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new ParameterError({ name, expected: 'a whole number from 1', received: String(value) });
  }
}
