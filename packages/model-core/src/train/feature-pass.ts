/** Running the backbone over all training images, batch by batch. */
import {
  hostTensor,
  ModelFormatError,
  TensorMismatchError,
  type Backend,
  type Session,
  type Store,
  runsInFlight,
} from '@oddpixel/contract';
import { inBatches, mapOrdered } from '@oddpixel/contract/unstable';
import type { AnomalyModel } from '../model/model.ts';
import { concat, GraphBuilder, reduceSum, square, writeGraph, type Graph, type Value } from '@oddpixel/graph';
import { openFeatureStore, type FeatureStore } from './feature-store.ts';
import { initialGraph } from './initial-model.ts';
import { outputData } from '@oddpixel/graph/training';
import {
  alignLevels,
  patchGrid,
  toPatches,
  transformFeatures,
  type FeatureTransform,
  type Grid,
} from './pyramid.ts';
import type { TrainingSample, TrainingSamples } from './training-sample.ts';

/** An initial model's backbone with its levels on the patch grid. */
export interface Backbone {
  readonly model: AnomalyModel;
  readonly graph: Graph;
  readonly grid: Grid;
  /** Channels of each level. */
  readonly levelChannels: readonly number[];
}

/** Features of some images, one image after the other. */
export interface FeatureBatch {
  readonly samples: readonly TrainingSample[];
  /** `[n, P, D]`. */
  readonly data: Float32Array;
  /** Elements per image. */
  readonly imageSize: number;
}

/** @throws ModelStateError for a trained or foreign model. */
export function openBackbone(model: AnomalyModel): Backbone {
  const graph = initialGraph(model);
  const levelChannels = graph.outputs.map(({ dims }) => Number(dims[1]));
  return { model, graph, grid: patchGrid(model.manifest.preprocessing), levelChannels };
}

/** Total channels of the pyramid before any reduction. */
export function pyramidChannels({ levelChannels }: Backbone): number {
  return levelChannels.reduce((sum, channels) => sum + channels, 0);
}

/** Adds the backbone to a graph: its levels, aligned to the grid. */
export function embedLevels(backbone: Backbone, image: Value): Value[] {
  const { graph, grid } = backbone;
  const levels = image.builder.embed(graph, { image }, '');
  return alignLevels(
    graph.outputs.map(({ name }) => levels[name] as Value),
    grid,
  );
}

/** A graph `image` → `patches` `[N, P, C]` (raw), or `[N, P, D]` with a transform. */
export function featureGraph(backbone: Backbone, transform?: FeatureTransform): Graph {
  const g = new GraphBuilder({ opset: backbone.graph.opset, name: 'features' });
  const aligned = embedLevels(backbone, imageInput(g, backbone.model));
  const features = transform === undefined ? concat(aligned, 1) : transformFeatures(aligned, transform);
  return withTotals(g, g.named('patches', toPatches(features)));
}

/** Declares patches as output, and sums over their squares: they reveal a feature that is not a number immediately. */
export function withTotals(g: GraphBuilder, patches: Value): Graph {
  g.output('patches', patches);
  g.output('squares', reduceSum(square(patches), [0, 1]));
  return g.build();
}

/** The input `image` as every model of ours has it. */
export function imageInput(g: GraphBuilder, { manifest }: AnomalyModel): Value {
  const { imageNumChannels, imageHeight, imageWidth } = manifest.preprocessing;
  return g.input('image', 'float32', ['N', imageNumChannels, imageHeight, imageWidth]);
}

export interface PassOptions {
  readonly backend: Backend;
  readonly batchSize: number;
  readonly signal?: AbortSignal | undefined;
  /** Where features are kept between passes and between runs of training. Default: nowhere. */
  readonly featureStore?: Store | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Called after each batch with the images done so far. */
  readonly onProgress?: (done: number) => void;
}

/** Runs a feature graph over the samples, in order; images whose features are stored are not run. */
export async function* extractFeatures(
  graph: Graph,
  samples: AsyncIterable<TrainingSample>,
  options: PassOptions,
): AsyncGenerator<FeatureBatch, void, undefined> {
  const { backend, batchSize, signal, onProgress, featureStore, onWarning } = options;
  const bytes = writeGraph(graph);
  const stored = featureStore && (await openFeatureStore(bytes, { store: featureStore, backend, onWarning }));
  let opening: Promise<Session> | undefined;
  const compute = async (batch: readonly TrainingSample[]): Promise<FeatureBatch> =>
    runBatch(await (opening ??= backend.createSession(bytes)), batch, signal);
  try {
    let done = 0;
    // Some batches run while the next one is collected: on other threads or devices all run at the same time.
    const run = async (batch: readonly TrainingSample[]): Promise<FeatureBatch> => {
      signal?.throwIfAborted();
      checkSizes(batch, graph);
      return stored === undefined ? compute(batch) : fromStore(stored, batch, compute);
    };
    for await (const features of mapOrdered(inBatches(samples, batchSize), runsInFlight(backend), run)) {
      done += features.samples.length;
      onProgress?.(done);
      yield features;
    }
  } finally {
    await (await opening)?.dispose();
  }
}

/** Takes what is stored, computes and stores the rest. */
async function fromStore(
  stored: FeatureStore,
  batch: readonly TrainingSample[],
  compute: (batch: readonly TrainingSample[]) => Promise<FeatureBatch>,
): Promise<FeatureBatch> {
  const keys = await Promise.all(batch.map(({ image }) => stored.keyOf(image.data)));
  const images = await Promise.all(keys.map((key) => stored.get(key)));
  const missing = Array.from(batch.keys()).filter((i) => images[i] === undefined);
  if (missing.length > 0) {
    const { data, imageSize } = await compute(missing.map((i) => batch[i] as TrainingSample));
    const store = async (i: number, row: number): Promise<void> => {
      const features = data.subarray(row * imageSize, (row + 1) * imageSize);
      images[i] = features;
      await stored.put(keys[i] as string, features);
    };
    await Promise.all(missing.map(store));
  }
  // Copies, so that code that changes features in place does not change a store's bytes.
  const imageSize = images[0]?.length ?? 0;
  const data = new Float32Array(batch.length * imageSize);
  images.forEach((features, i) => features !== undefined && data.set(features, i * imageSize));
  return { samples: batch, data, imageSize };
}

function checkSizes(batch: readonly TrainingSample[], { inputs }: Graph): void {
  const expected = inputs[0]?.dims.slice(1) ?? [];
  for (const { image } of batch) {
    if (image.dims.length === expected.length && expected.every((size, axis) => image.dims[axis] === size))
      continue;
    throw new TensorMismatchError({
      name: 'sample.image',
      expected: `float32 [${expected.join(',')}]`,
      received: `${image.dtype} [${image.dims.join(',')}]`,
      fix: 'Preprocess training images with the parameters of the initial model.',
    });
  }
}

async function runBatch(
  session: Session,
  batch: readonly TrainingSample[],
  signal: AbortSignal | undefined,
): Promise<FeatureBatch> {
  const [first] = batch as readonly [TrainingSample];
  const size = first.image.data.length;
  const images = new Float32Array(batch.length * size);
  batch.forEach(({ image }, index) => images.set(image.data, index * size));
  const feeds = { image: hostTensor('float32', [batch.length, ...first.image.dims], images) };
  const outputs = await session.run(feeds, signal === undefined ? {} : { signal });
  const data = outputData(outputs, 'patches');
  checkFinite(outputData(outputs, 'squares'), data, batch);
  return { samples: batch, data, imageSize: data.length / batch.length };
}

/** A feature that is not a number would poison every distance, so the image is named now. */
function checkFinite(squares: Float32Array, data: Float32Array, batch: readonly TrainingSample[]): void {
  // One NaN or infinity makes a sum of squares so.
  if (squares.every((value) => Number.isFinite(value))) return;
  // Finite features whose squares are not would make every distance infinite as well.
  const bad = data.findIndex((value) => !Number.isFinite(Math.fround(value * value)));
  const index = Math.floor((bad * batch.length) / data.length);
  const imageId = batch[index]?.imageId;
  throw new ModelFormatError({
    where: 'backbone',
    problem: `it gives ${data[bad]} for image ${imageId ?? index}`,
    imageId,
    fix: 'Check the image range of the preprocessing parameters and the backbone itself.',
  });
}

/** Whether item `index` of `total` belongs to the `count` that are spread evenly over them. */
export function isSpread(index: number, count: number, total: number): boolean {
  const rank = (i: number): number => Math.floor((i * Math.min(count, total)) / total);
  return index === 0 || rank(index) > rank(index - 1);
}

/** `count` of the samples, spread evenly over the whole set. */
export async function* spread(
  samples: TrainingSamples,
  count: number,
): AsyncGenerator<TrainingSample, void, undefined> {
  let index = 0;
  let left = Math.min(count, samples.count);
  for await (const sample of samples) {
    if (!isSpread(index++, count, samples.count)) continue;
    yield sample;
    if (--left === 0) return;
  }
}
