/** Scales, mean and principal components: what training learns about features before any head. */
import { hostTensor, type Backend } from '@oddpixel/contract';
import { gemm, GraphBuilder, matmul, transpose, writeGraph } from '@oddpixel/graph';
import {
  extractFeatures,
  featureGraph,
  pyramidChannels,
  spread,
  type Backbone,
  type FeatureBatch,
  type PassOptions,
} from './feature-pass.ts';
import { outputData } from '@oddpixel/graph/training';
import { principalSubspace } from './principal-subspace.ts';
import type { FeatureTransform } from './pyramid.ts';
import type { TrainingSamples } from './training-sample.ts';

/** Sums over patches of raw pyramid features, per channel; float64. */
export interface ChannelSums {
  patches: number;
  readonly sum: Float64Array;
  readonly squares: Float64Array;
}

export function channelSums(channels: number): ChannelSums {
  return { patches: 0, sum: new Float64Array(channels), squares: new Float64Array(channels) };
}

/**
 * Adds a batch of the feature pass, patch by patch in the order of the stream: the sums are the same to the last bit
 * however images are batched, which a device's sums are not.
 */
export function addToSums(sums: ChannelSums, { data }: FeatureBatch): void {
  const { sum, squares } = sums;
  const channels = sum.length;
  for (let start = 0; start < data.length; start += channels) {
    for (let c = 0; c < channels; c++) {
      const value = data[start + c] as number;
      sum[c] = (sum[c] as number) + value;
      squares[c] = (squares[c] as number) + value * value;
    }
  }
  sums.patches += data.length / channels;
}

/** Factors that give every level an RMS of 1 per channel, and the mean after scaling. */
export function scalesAndMean(sums: ChannelSums, levelChannels: readonly number[]): FeatureTransform {
  const scales: number[] = [];
  const mean: number[] = [];
  let first = 0;
  for (const channels of levelChannels) {
    let energy = 0;
    for (let c = first; c < first + channels; c++) energy += sums.squares[c] as number;
    const rms = Math.sqrt(energy / (sums.patches * channels));
    // A level that is zero everywhere stays so.
    const scale = Math.fround(rms > 0 ? 1 / rms : 1);
    scales.push(scale);
    for (let c = first; c < first + channels; c++)
      mean.push((scale * (sums.sum[c] as number)) / sums.patches);
    first += channels;
  }
  return { scales, mean };
}

/** Scales and centres raw patches `[n, C]` in place, as the graph will do it. */
export function transformInPlace(
  data: Float32Array,
  { scales, mean }: FeatureTransform,
  levelChannels: readonly number[],
): void {
  const factors = Float32Array.from(levelChannels.flatMap((channels, l) => Array(channels).fill(scales[l])));
  const means = Float32Array.from(mean);
  const channels = factors.length;
  for (let start = 0; start < data.length; start += channels) {
    for (let c = 0; c < channels; c++) {
      data[start + c] = (data[start + c] as number) * (factors[c] as number) - (means[c] as number);
    }
  }
}

/** Images whose patches decide the principal components: enough for stable directions, few enough to pass twice. */
export const componentImages = 32;

/**
 * The transform of a pyramid that is reduced to `dims` features by principal component analysis, from up to 32
 * images spread over the set. Runs the backbone on those images.
 */
export async function reducingTransform(
  backbone: Backbone,
  samples: TrainingSamples,
  dims: number,
  options: PassOptions,
): Promise<FeatureTransform> {
  const channels = pyramidChannels(backbone);
  const sums = channelSums(channels);
  const products = new Float64Array(channels * channels);
  const multiply = await openProducts(channels, options.backend);
  try {
    for await (const batch of extractFeatures(
      featureGraph(backbone),
      spread(samples, componentImages),
      options,
    )) {
      addToSums(sums, batch);
      await multiply.addTo(products, batch.data);
    }
  } finally {
    await multiply.dispose();
  }
  const transform = scalesAndMean(sums, backbone.levelChannels);
  const covariance = scaledCovariance(products, sums, transform, backbone.levelChannels);
  const data = await principalSubspace(covariance, channels, dims, options.backend);
  return { ...transform, components: { dims, data } };
}

/** Covariance `[C, C]` of scaled features from raw sums of products. */
function scaledCovariance(
  products: Float64Array,
  sums: ChannelSums,
  { scales, mean }: FeatureTransform,
  levelChannels: readonly number[],
): Float64Array {
  const factors = levelChannels.flatMap((count, l) => Array<number>(count).fill(scales[l] as number));
  const channels = factors.length;
  const covariance = new Float64Array(channels * channels);
  for (let i = 0; i < channels; i++) {
    for (let j = 0; j < channels; j++) {
      const raw = (products[i * channels + j] as number) / sums.patches;
      covariance[i * channels + j] =
        raw * (factors[i] as number) * (factors[j] as number) - (mean[i] as number) * (mean[j] as number);
    }
  }
  return covariance;
}

/** Sums of products of features, computed on the backend. */
export interface Products {
  /** Adds Xᵀ·X of patches `X` `[n, C]` to `[C, C]`. */
  addTo(target: Float64Array, data: Float32Array): Promise<void>;
  dispose(): Promise<void>;
}

export async function openProducts(channels: number, backend: Backend): Promise<Products> {
  const g = new GraphBuilder({ name: 'products' });
  const x = g.input('x', 'float32', ['n', channels]);
  g.output('products', gemm(x, x, undefined, { transposeA: true }));
  const session = await backend.createSession(writeGraph(g.build()));
  return {
    async addTo(target, data): Promise<void> {
      const x = hostTensor('float32', [data.length / channels, channels], data);
      addInto(target, outputData(await session.run({ x }), 'products'));
    },
    dispose: () => session.dispose(),
  };
}

/** Sums of products at each position: adds `Σₙ x[n,p]·x[n,p]ᵀ` of `[n, P, D]` to `[P, D, D]`. */
export async function openPositionProducts(
  positions: number,
  dims: number,
  backend: Backend,
): Promise<Products> {
  const g = new GraphBuilder({ name: 'positionProducts' });
  const x = g.input('x', 'float32', ['n', positions, dims]);
  g.output('products', matmul(transpose(x, [1, 2, 0]), transpose(x, [1, 0, 2])));
  const session = await backend.createSession(writeGraph(g.build()));
  return {
    async addTo(target, data): Promise<void> {
      const x = hostTensor('float32', [data.length / (positions * dims), positions, dims], data);
      addInto(target, outputData(await session.run({ x }), 'products'));
    },
    dispose: () => session.dispose(),
  };
}

export function addInto(target: Float64Array, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) target[i] = (target[i] as number) + (values[i] as number);
}
