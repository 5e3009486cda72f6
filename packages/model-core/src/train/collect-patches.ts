/** All patches of the training images in memory, transformed: what the heads `memory` and `student` learn from. */
import { extractFeatures, featureGraph, pyramidChannels, type Backbone } from './feature-pass.ts';
import {
  addToSums,
  channelSums,
  componentImages,
  reducingTransform,
  scalesAndMean,
  transformInPlace,
} from './feature-statistics.ts';
import { passOptions } from './pass-options.ts';
import type { FitOptions } from './head.ts';
import { imageGrouper, type ImageGrouper } from './image-groups.ts';
import { checkPatchMemory, patchStore, type PatchStore } from './patch-store.ts';
import type { FeatureTransform } from './pyramid.ts';
import { reducedDims } from './train-params.ts';
import { identityOf, type ImageIdentity, type TrainingSamples } from './training-sample.ts';

/** One pass over the images: their patches, transformed. */
export async function collectPatches(
  backbone: Backbone,
  samples: TrainingSamples,
  options: FitOptions,
): Promise<{ store: PatchStore; transform: FeatureTransform; grouper: ImageGrouper }> {
  const { params, onProgress } = options;
  const pass = passOptions(options);
  const channels = pyramidChannels(backbone);
  const dims = reducedDims(params, channels) ?? channels;
  const { height, width } = backbone.grid;
  checkPatchMemory(samples.count, height * width, dims);
  const reducing =
    dims < channels
      ? await reducingTransform(backbone, samples, dims, {
          ...pass,
          onProgress: (done) =>
            onProgress({ phase: 'components', done, total: Math.min(componentImages, samples.count) }),
        })
      : undefined;
  const patches: Float32Array[] = [];
  const images: ImageIdentity[] = [];
  const sums = channelSums(channels);
  for await (const batch of extractFeatures(featureGraph(backbone, reducing), samples, {
    ...pass,
    onProgress: (done) => onProgress({ phase: 'features', done, total: samples.count }),
  })) {
    if (reducing === undefined) addToSums(sums, batch);
    batch.samples.forEach((sample, i) => {
      patches.push(batch.data.subarray(i * batch.imageSize, (i + 1) * batch.imageSize));
      images.push(identityOf(sample));
    });
  }
  const transform = reducing ?? scalesAndMean(sums, backbone.levelChannels);
  if (reducing === undefined) {
    for (const image of patches) transformInPlace(image, transform, backbone.levelChannels);
  }
  const grouper = imageGrouper(dims);
  for (const [place, image] of images.entries()) grouper.add(image, patches[place] as Float32Array);
  return { store: patchStore(patches, dims), transform, grouper };
}
