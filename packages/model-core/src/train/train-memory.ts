/** Fitting the memory head: all patches into memory, a coreset out of them, reference scores without own rows. */
import { selectCoreset } from './coreset.ts';
import { extractFeatures, featureGraph, pyramidChannels, type Extractor } from './feature-pass.ts';
import {
  addToSums,
  channelSums,
  reducingTransform,
  scalesAndMean,
  transformInPlace,
} from './feature-statistics.ts';
import { leaveOwnRowsOut } from './leave-own-rows-out.ts';
import { bankConstants, nearestDistance } from './memory-head.ts';
import { checkPatchMemory, patchStore, type PatchStore } from './patch-store.ts';
import type { FeatureTransform } from './pyramid.ts';
import { createRandom } from './random.ts';
import { reducedDims } from './train-params.ts';
import type { FitOptions, FittedHeadResult } from './fit.ts';
import { identityOf, type ImageIdentity, type TrainingSamples } from './training-sample.ts';

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
    ? await leaveOwnRowsOut(extractor, store, { rows: coreset.rows, owners }, images, options)
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
    if (reducing === undefined) addToSums(sums, batch);
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
