/** Running the extractor over all training images, batch by batch. */
import {
  hostTensor,
  inBatches,
  mapOrdered,
  ModelFormatError,
  runsInFlight,
  TensorMismatchError,
  type Backend,
  type Session,
} from '../contract/index.ts';
import type { AnomalyModel } from '../model/index.ts';
import {
  concat,
  GraphBuilder,
  reduceSum,
  square,
  writeGraph,
  type Graph,
  type Value,
} from '../onnx/index.ts';
import { initialGraph } from './initial-model.ts';
import { outputData } from './output-data.ts';
import {
  alignLevels,
  patchGrid,
  toPatches,
  transformFeatures,
  type FeatureTransform,
  type Grid,
} from './pyramid.ts';
import type { TrainingSample, TrainingSamples } from './training-sample.ts';

/** An initial model's extractor with its levels on the patch grid. */
export interface Extractor {
  readonly model: AnomalyModel;
  readonly graph: Graph;
  readonly grid: Grid;
  /** Channels of each level. */
  readonly levelChannels: readonly number[];
}

/** Features of some images: `[n, P, D]` in `data`, one image after the other. */
export interface FeatureBatch extends ChannelTotals {
  readonly samples: readonly TrainingSample[];
  readonly data: Float32Array;
  /** Elements per image. */
  readonly imageSize: number;
}

/** @throws ModelStateError for a trained or foreign model. */
export function openExtractor(model: AnomalyModel): Extractor {
  const graph = initialGraph(model);
  const levelChannels = graph.outputs.map(({ dims }) => Number(dims[1]));
  return { model, graph, grid: patchGrid(model.manifest.preprocessing), levelChannels };
}

/** Total channels of the pyramid before any reduction. */
export function pyramidChannels({ levelChannels }: Extractor): number {
  return levelChannels.reduce((sum, channels) => sum + channels, 0);
}

/** Adds the extractor to a graph: its levels, aligned to the grid. */
export function embedLevels(extractor: Extractor, image: Value): Value[] {
  const { graph, grid } = extractor;
  const levels = image.builder.embed(graph, { image }, '');
  return alignLevels(
    graph.outputs.map(({ name }) => levels[name] as Value),
    grid,
  );
}

/** Sums over all patches of some images, per channel `[D]`: of features and of their squares. */
interface ChannelTotals {
  readonly sum: Float32Array;
  readonly squares: Float32Array;
}

/** A graph `image` → `patches` `[N, P, C]` (raw), or `[N, P, D]` with a transform; and their totals per channel. */
export function featureGraph(extractor: Extractor, transform?: FeatureTransform): Graph {
  const g = new GraphBuilder({ opset: extractor.graph.opset, name: 'features' });
  const aligned = embedLevels(extractor, imageInput(g, extractor.model));
  const features = transform === undefined ? concat(aligned, 1) : transformFeatures(aligned, transform);
  return withTotals(g, g.named('patches', toPatches(features)));
}

/** Declares patches and their totals as outputs. Summed where the patches are, not by the host. */
export function withTotals(g: GraphBuilder, patches: Value): Graph {
  g.output('patches', patches);
  g.output('sum', reduceSum(patches, [0, 1]));
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
  readonly signal?: AbortSignal;
  /** Called after each batch with the images done so far. */
  readonly onProgress?: (done: number) => void;
}

/** Runs a feature graph over the samples, in order. */
export async function* extractFeatures(
  graph: Graph,
  samples: AsyncIterable<TrainingSample>,
  options: PassOptions,
): AsyncGenerator<FeatureBatch, void, undefined> {
  const { backend, batchSize, signal, onProgress } = options;
  const session = await backend.createSession(writeGraph(graph));
  try {
    let done = 0;
    // Some batches run while the next one is collected: on other threads or devices all go on at the same time.
    const run = (batch: TrainingSample[]): Promise<FeatureBatch> => runBatch(session, batch, signal);
    for await (const features of mapOrdered(inBatches(samples, batchSize), runsInFlight(backend), run)) {
      done += features.samples.length;
      onProgress?.(done);
      yield features;
    }
  } finally {
    await session.dispose();
  }
}

async function runBatch(
  session: Session,
  batch: readonly TrainingSample[],
  signal: AbortSignal | undefined,
): Promise<FeatureBatch> {
  signal?.throwIfAborted();
  const [channels, height, width] = (session.inputs[0]?.dims ?? []).slice(1).map(Number);
  const size = (channels ?? 0) * (height ?? 0) * (width ?? 0);
  const data = new Float32Array(batch.length * size);
  batch.forEach(({ image }, index) => {
    if (image.dims[0] !== channels || image.dims[1] !== height || image.dims[2] !== width) {
      throw new TensorMismatchError({
        name: 'sample.image',
        expected: `float32 [${channels},${height},${width}]`,
        received: `${image.dtype} [${image.dims.join(',')}]`,
        fix: 'Preprocess training images with the parameters of the initial model.',
      });
    }
    data.set(image.data, index * size);
  });
  const dims = [batch.length, channels ?? 0, height ?? 0, width ?? 0];
  const feeds = { image: hostTensor('float32', dims, data) };
  const outputs = await session.run(feeds, signal === undefined ? {} : { signal });
  const patches = outputData(outputs, 'patches');
  const squares = outputData(outputs, 'squares');
  checkFinite(squares, patches, batch);
  const sum = outputData(outputs, 'sum');
  return { samples: batch, data: patches, imageSize: patches.length / batch.length, sum, squares };
}

/** A feature that is no number would poison every distance: better to name the image now. */
function checkFinite(squares: Float32Array, data: Float32Array, batch: readonly TrainingSample[]): void {
  // One NaN or infinity makes a sum of squares so.
  if (squares.every((value) => Number.isFinite(value))) return;
  // Finite features whose squares are not would make every distance infinite as well.
  const bad = data.findIndex((value) => !Number.isFinite(Math.fround(value * value)));
  const index = Math.floor((bad * batch.length) / data.length);
  throw new ModelFormatError({
    where: 'feature extractor',
    problem: `it gives ${data[bad]} for image ${batch[index]?.imageId ?? index}`,
    fix: 'Check the image range of the preprocessing parameters and the extractor itself.',
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
