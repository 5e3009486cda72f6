/** Fitting the Gaussian head: sums in one pass; reference scores in a second one, without the image's own sums. */
import { hostTensor, type Calibration } from '@oddpixel/contract';
import { disjointSets } from '@oddpixel/contract/unstable';
import { GraphBuilder, writeGraph } from '@oddpixel/graph';
import {
  extractFeatures,
  featureGraph,
  pyramidChannels,
  spread,
  type Backbone,
} from '../../train/feature-pass.ts';
import {
  openPositionProducts,
  openProducts,
  reducingTransform,
  scalesAndMean,
  addToSums,
  channelSums,
  type Products,
} from '../../train/feature-statistics.ts';
import {
  addPatches,
  checkGaussianSize,
  combineSums,
  fitGaussian,
  gaussianSums,
  gaussianTensors,
  mahalanobisDistance,
  sumsBytes,
  type GaussianSums,
  type GaussianTensors,
} from './mahalanobis.ts';
import { outputData } from '@oddpixel/graph/training';
import type { FeatureTransform } from '../../train/pyramid.ts';
import { collectReferences } from '../../train/reference-scores.ts';
import { reducedDims } from '../../train/train-params.ts';
import { passOptions } from '../../train/pass-options.ts';
import type { FitOptions, FittedHead } from '../../train/head.ts';
import type { GaussianParams } from './parameters.ts';
import { finishGraph, patchesName, tailOptions } from '../../train/trained-model.ts';
import { imageGrouper, type ImageGrouper, type ImageGroups } from '../../train/image-groups.ts';
import { identityOf, originalsOf, type TrainingSamples } from '../../train/training-sample.ts';

/** What the steps of a fit share. */
interface Fitting {
  readonly backbone: Backbone;
  readonly transform: FeatureTransform;
  readonly samples: TrainingSamples;
  readonly params: GaussianParams;
  readonly products: Products;
  /** Sums over no image. */
  readonly empty: GaussianSums;
  readonly options: FitOptions;
}

export async function fitGaussianHead(
  backbone: Backbone,
  samples: TrainingSamples,
  params: GaussianParams,
  options: FitOptions,
): Promise<FittedHead> {
  const { covariance } = params;
  const transform = await gaussianTransform(backbone, samples, options);
  const dims = transform.components?.dims ?? pyramidChannels(backbone);
  const positions = backbone.grid.height * backbone.grid.width;
  checkGaussianSize(positions, dims, covariance);
  const products = await (covariance === 'shared'
    ? openProducts(dims, options.backend)
    : openPositionProducts(positions, dims, options.backend));
  const empty = gaussianSums(positions, dims, covariance);
  try {
    return await fit({ backbone, transform, samples, params, products, empty, options });
  } finally {
    await products.dispose();
  }
}

async function fit(fitting: Fitting): Promise<FittedHead> {
  const { transform, params, products, empty, options } = fitting;
  const { positions, dims } = empty;
  const { total, folds, grouper } = await collectSums(fitting);
  const fitWithout = async (fold: GaussianSums): Promise<GaussianTensors> =>
    gaussianTensors(await fitGaussian(combineSums(total, fold, -1), params.shrinkage, products), dims);
  const calibration = options.selfCalibrate
    ? await leaveOwnSumsOut(fitting, folds, grouper.finish(), fitWithout)
    : undefined;
  const { mean, whitening } = await fitWithout(empty);
  return {
    transform,
    distance: (g, patches) => mahalanobisDistance(patches, g.constant(mean), g.constant(whitening)),
    featureDims: dims,
    figures: { patchesSeen: total.images * positions },
    grouper,
    calibration,
  };
}

/** Images that decide scales and mean: the covariance takes care of the rest. */
const scaleImages = 32;

async function gaussianTransform(
  backbone: Backbone,
  samples: TrainingSamples,
  options: FitOptions,
): Promise<FeatureTransform> {
  const { params, onProgress } = options;
  const channels = pyramidChannels(backbone);
  const dims = reducedDims(params, channels);
  const pass = {
    ...passOptions(options),
    onProgress: (done: number) =>
      onProgress({ phase: 'components', done, total: Math.min(scaleImages, samples.count) }),
  };
  if (dims !== undefined) return reducingTransform(backbone, samples, dims, pass);
  const sums = channelSums(channels);
  for await (const batch of extractFeatures(featureGraph(backbone), spread(samples, scaleImages), pass)) {
    addToSums(sums, batch);
  }
  return scalesAndMean(sums, backbone.levelChannels);
}

/** Sums of the folds take at most this much memory. */
const maxFoldBytes = 2 ** 30;
/** A fit per fold is made; more of them would cost more than they show. */
const maxFolds = 20;

/** Images of a fold are left out together; a group is always within one fold. */
interface Folds {
  /** By place in the stream. */
  readonly ofImage: readonly number[];
  readonly sums: readonly GaussianSums[];
}

/** Fewer groups leave a fit to a single one, whose images do not differ: any other is infinitely far from it. */
const minGroups = 3;

async function collectSums({
  backbone,
  transform,
  samples,
  params,
  products,
  empty,
  options,
}: Fitting): Promise<{ total: GaussianSums; folds: Folds; grouper: ImageGrouper }> {
  const { onProgress } = options;
  const { positions, dims } = empty;
  const foldCount = Math.max(2, Math.min(maxFolds, Math.floor(maxFoldBytes / sumsBytes(empty))));
  const sums: GaussianSums[] = [];
  const ofGroup = new Map<number, number>();
  const ofImage: number[] = [];
  const grouper = imageGrouper(dims);
  for await (const batch of extractFeatures(featureGraph(backbone, transform), samples, {
    ...passOptions(options),
    onProgress: (done) => onProgress({ phase: 'features', done, total: samples.count }),
  })) {
    for (const [i, sample] of batch.samples.entries()) {
      const patches = batch.data.subarray(i * batch.imageSize, (i + 1) * batch.imageSize);
      const group = grouper.add(identityOf(sample), patches);
      const fold = ofGroup.get(group) ?? ofGroup.size % foldCount;
      ofGroup.set(group, fold);
      ofImage.push(fold);
      const own = (sums[fold] ??= gaussianSums(positions, dims, params.covariance));
      await addImage(own, patches, products);
    }
  }
  const total = sums.reduce((a, b) => combineSums(a, b, 1), empty);
  return { total, folds: joinFolds({ ofImage, sums }, grouper.finish()), grouper };
}

/** Folds that a group turned out to span become one, at the place of the first of them. */
function joinFolds({ ofImage, sums }: Folds, { groups }: ImageGroups): Folds {
  const joined = disjointSets();
  const ofGroup = new Map<number, number>();
  for (const [place, group] of groups.entries()) {
    const fold = ofImage[place] as number;
    joined.unite(ofGroup.get(group) ?? fold, fold);
    ofGroup.set(group, fold);
  }
  const joinedSums = [...sums];
  for (const [fold, own] of sums.entries()) {
    const first = joined.first(fold);
    if (first !== fold) joinedSums[first] = combineSums(joinedSums[first] as GaussianSums, own, 1);
  }
  return { ofImage: ofImage.map(joined.first), sums: joinedSums };
}

async function addImage(sums: GaussianSums, patches: Float32Array, products: Products): Promise<void> {
  addPatches(sums, patches);
  await products.addTo(sums.products, patches);
}

/** Scores each image by the fit without the sums of its fold, in a second pass over the images but not their copies. */
async function leaveOwnSumsOut(
  { backbone, transform, samples, params, empty, options }: Fitting,
  folds: Folds,
  images: ImageGroups,
  fitWithout: (fold: GaussianSums) => Promise<GaussianTensors>,
): Promise<Calibration | undefined> {
  const { backend, signal, onProgress } = options;
  const { positions, dims } = empty;
  if (images.groupCount < minGroups || new Set(folds.ofImage).size < 2) return undefined;
  const matrix = params.covariance === 'shared' ? [dims, dims] : [positions, dims, dims];
  const g = new GraphBuilder({ opset: backbone.graph.opset, name: 'leaveOwnSumsOut' });
  const patches = g.input(patchesName, 'float32', ['N', positions, dims]);
  const mean = g.input('mean', 'float32', [positions, dims]);
  const whitening = g.input('whitening', 'float32', matrix);
  const distances = mahalanobisDistance(patches, mean, whitening);
  const graph = finishGraph(g, distances, tailOptions(backbone, options.params));
  const session = await backend.createSession(writeGraph(graph));
  const references = collectReferences();
  const fits = new Map<number, GaussianTensors>();
  const originals = originalsOf(samples);
  const calibrating = new Set(images.distinct);
  let done = 0;
  try {
    for await (const batch of extractFeatures(
      featureGraph(backbone, transform),
      originals,
      passOptions(options),
    )) {
      for (let i = 0; i < batch.samples.length; i++) {
        const place = images.originals[done] as number;
        if (!calibrating.has(place)) {
          done++;
          continue;
        }
        const fold = folds.ofImage[place] as number;
        const fit = fits.get(fold) ?? (await fitWithout(folds.sums[fold] as GaussianSums));
        // With one covariance per position a fit is large: only the last one is kept.
        if (params.covariance === 'perPosition') fits.clear();
        fits.set(fold, fit);
        const data = batch.data.subarray(i * batch.imageSize, (i + 1) * batch.imageSize);
        const feeds = { [patchesName]: hostTensor('float32', [1, positions, dims], data), ...fit };
        const outputs = await session.run(feeds, signal === undefined ? {} : { signal });
        references.add(outputData(outputs, 'anomaly_score')[0] as number, outputData(outputs, 'anomaly_map'));
        onProgress({ phase: 'calibration', done: ++done, total: originals.count });
      }
    }
  } finally {
    await session.dispose();
  }
  return references.finish('leaveOwnSumsOut');
}
