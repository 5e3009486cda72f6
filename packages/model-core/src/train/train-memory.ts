/** Fitting the memory head: all patches into memory, a coreset out of them, reference scores without own rows. */
import { hostTensor, type Calibration } from '../contract/index.ts';
import { add, GraphBuilder, writeGraph, type Value } from '../onnx/index.ts';
import { selectCoreset } from './coreset.ts';
import { extractFeatures, featureGraph, pyramidChannels, type Extractor } from './feature-pass.ts';
import {
  addToSums,
  channelSums,
  reducingTransform,
  scalesAndMean,
  transformInPlace,
} from './feature-statistics.ts';
import { bankConstants, nearestDistance, type BankPart } from './memory-head.ts';
import { outputData } from './output-data.ts';
import { checkPatchMemory, patchStore, type PatchStore } from './patch-store.ts';
import type { FeatureTransform } from './pyramid.ts';
import { createRandom } from './random.ts';
import { collectReferences } from './reference-scores.ts';
import { reducedDims } from './train-params.ts';
import type { FitOptions, FittedHeadResult } from './fit.ts';
import { finishGraph, patchesName, tailOptions } from './trained-model.ts';
import { groupsOf, identityOf, type ImageIdentity, type TrainingSamples } from './training-sample.ts';

export async function fitMemoryHead(
  extractor: Extractor,
  samples: TrainingSamples,
  options: FitOptions,
): Promise<FittedHeadResult> {
  const { params, backend, signal, onProgress } = options;
  const { store, transform, images } = await collectPatches(extractor, samples, options);
  const { dims, perImage, count } = store;
  const coreset = await selectCoreset(store, {
    backend,
    rows: params.numRows,
    first: createRandom(params.seed).integer(count),
    ...(signal && { signal }),
    onProgress: (done) => onProgress({ phase: 'coreset', done, total: Math.min(params.numRows, count) }),
  });
  const owners = coreset.indices.map((index) => Math.floor(index / perImage));
  const calibration = options.selfCalibrate
    ? await leaveOwnRowsOut(extractor, store, coreset.rows, owners, images, options)
    : undefined;
  return {
    transform,
    head: (g, patches) => nearestDistance(patches, bankConstants(g, coreset.rows, dims)),
    featureDims: dims,
    figures: { patchesSeen: count, patchesKept: coreset.indices.length, coverageRadius: coreset.radius },
    images,
    ...(calibration && { calibration }),
  };
}

/** One pass over the images: their patches, transformed. */
async function collectPatches(
  extractor: Extractor,
  samples: TrainingSamples,
  { params, backend, signal, onProgress }: FitOptions,
): Promise<{ store: PatchStore; transform: FeatureTransform; images: ImageIdentity[] }> {
  const pass = { backend, batchSize: params.batchSize, ...(signal && { signal }) };
  const channels = pyramidChannels(extractor);
  const dims = reducedDims(params, channels) ?? channels;
  const { height, width } = extractor.grid;
  checkPatchMemory(samples.count, height * width, dims);
  const reducing =
    dims < channels
      ? await reducingTransform(extractor, samples, dims, {
          ...pass,
          onProgress: (done) => onProgress({ phase: 'components', done, total: samples.count }),
        })
      : undefined;
  const patches: Float32Array[] = [];
  const images: ImageIdentity[] = [];
  const sums = channelSums(channels);
  for await (const batch of extractFeatures(featureGraph(extractor, reducing), samples, {
    ...pass,
    onProgress: (done) => onProgress({ phase: 'features', done, total: samples.count }),
  })) {
    if (reducing === undefined) addToSums(sums, batch.data);
    batch.samples.forEach((sample, i) => {
      patches.push(batch.data.subarray(i * batch.imageSize, (i + 1) * batch.imageSize));
      images.push(identityOf(sample));
    });
  }
  const transform = reducing ?? scalesAndMean(sums, extractor.levelChannels);
  if (reducing === undefined) {
    for (const image of patches) transformInPlace(image, transform, extractor.levelChannels);
  }
  return { store: patchStore(patches, dims), transform, images };
}

/** Larger than any squared distance, small enough to be added. */
const excluded = 1e30;

/**
 * Scores every training image against the rows of other groups, so that no image is compared with itself.
 * `undefined` with a single group: then there is nothing to compare with.
 */
async function leaveOwnRowsOut(
  extractor: Extractor,
  store: PatchStore,
  bank: Float32Array,
  owners: readonly number[],
  images: readonly ImageIdentity[],
  { params, backend, signal, onProgress }: FitOptions,
): Promise<Calibration | undefined> {
  const { dims, perImage } = store;
  const groups = groupsOf(images);
  const rowGroups = owners.map((owner) => groups[owner] as string);
  if (new Set(rowGroups).size < 2) return undefined;

  const g = new GraphBuilder({ opset: extractor.graph.opset, name: 'leaveOwnRowsOut' });
  const patches = g.input(patchesName, 'float32', ['N', perImage, dims]);
  const parts: BankPart[] = bankConstants(g, bank, dims).map(({ rows, norms }, i) => {
    const penalty: Value = g.input(`penalty_${i}`, 'float32', norms.dims);
    return { rows, norms: add(norms, penalty) };
  });
  const graph = finishGraph(g, nearestDistance(patches, parts), tailOptions(extractor, params));
  const session = await backend.createSession(writeGraph(graph));
  const references = collectReferences();
  try {
    for (const [index, data] of store.images.entries()) {
      signal?.throwIfAborted();
      const feeds = {
        [patchesName]: hostTensor('float32', [1, perImage, dims], data),
        ...penalties(parts, rowGroups, groups[index] as string),
      };
      const outputs = await session.run(feeds, signal === undefined ? {} : { signal });
      references.add(outputData(outputs, 'anomaly_score')[0] as number, outputData(outputs, 'anomaly_map'));
      onProgress({ phase: 'calibration', done: index + 1, total: images.length });
    }
  } finally {
    await session.dispose();
  }
  return references.finish('leaveOwnRowsOut');
}

/** Per part of the bank: what takes the rows of a group out of the running. */
function penalties(
  parts: readonly BankPart[],
  rowGroups: readonly string[],
  group: string,
): Record<string, ReturnType<typeof hostTensor<'float32'>>> {
  let first = 0;
  return Object.fromEntries(
    parts.map(({ norms }, i) => {
      const count = Number(norms.dims[0]);
      const own = rowGroups.slice(first, first + count);
      first += count;
      const data = Float32Array.from(own, (rowGroup) => (rowGroup === group ? excluded : 0));
      return [`penalty_${i}`, hostTensor('float32', [count], data)];
    }),
  );
}
