/**
 * From patch distances to what users see: the map at image size and the image score.
 *
 * Enlarging (half-pixel bilinear) and smoothing (Gaussian, σ = 6 pixels for an image of 256) are linear in each
 * axis, so both together are one matrix per axis: two MatMuls, alike on every backend. At the border the Gaussian
 * averages the pixels that exist, so nothing fades towards the edge.
 */
import { hostTensor, type HostTensor, type ScoreMethod } from '@oddpixel/contract';
import {
  add,
  matmul,
  mul,
  reduceMax,
  reduceMean,
  reshape,
  sqrt,
  square,
  sub,
  type Value,
} from '@oddpixel/graph';
import type { Grid } from './pyramid.ts';

export interface TailOptions {
  readonly grid: Grid;
  readonly imageHeight: number;
  readonly imageWidth: number;
  readonly scoreMethod: ScoreMethod;
  readonly standardDeviationFactor: number;
}

/** Pixels of blur for an image whose shorter side has 256. */
const sigmaAt256 = 6;

/** Distances `[N, P]` → `map` `[N, 1, H, W]` and `score` `[N]`, both raw. */
export function anomalyTail(distances: Value, options: TailOptions): { map: Value; score: Value } {
  const { grid, imageHeight, imageWidth, scoreMethod, standardDeviationFactor } = options;
  const g = distances.builder;
  const sigma = (sigmaAt256 * Math.min(imageHeight, imageWidth)) / 256;
  const patches = reshape(distances, [0, 1, grid.height, grid.width]);
  const rows = g.constant(enlargement(grid.height, imageHeight, sigma));
  const columns = g.constant(transposed(enlargement(grid.width, imageWidth, sigma)));
  const map = matmul(rows, matmul(patches, columns));
  if (scoreMethod === 'max') return { map, score: reduceMax(distances, [1]) };
  const mean = reduceMean(map, [1, 2, 3], { keepDims: true });
  const deviation = sqrt(reduceMean(square(sub(map, mean)), [1, 2, 3]));
  const flatMean = reshape(mean, [-1]);
  return { map, score: add(flatMean, mul(deviation, standardDeviationFactor)) };
}

/**
 * `[size, count]`: enlarges `count` samples to `size` pixels by half-pixel linear interpolation (edge samples
 * repeat beyond the border), then blurs with a Gaussian of `sigma` pixels cut at 4 σ. Each row sums to 1.
 */
function enlargement(count: number, size: number, sigma: number): HostTensor<'float32'> {
  const linear = new Float64Array(size * count);
  for (let pixel = 0; pixel < size; pixel++) {
    const position = Math.min(count - 1, Math.max(0, ((pixel + 0.5) * count) / size - 0.5));
    const left = Math.floor(position);
    const right = Math.min(count - 1, left + 1);
    linear[pixel * count + left] = (linear[pixel * count + left] as number) + 1 - (position - left);
    linear[pixel * count + right] = (linear[pixel * count + right] as number) + position - left;
  }
  const radius = Math.ceil(4 * sigma);
  const blurred = new Float32Array(size * count);
  const row = new Float64Array(count);
  for (let pixel = 0; pixel < size; pixel++) {
    row.fill(0);
    let total = 0;
    for (let near = Math.max(0, pixel - radius); near <= Math.min(size - 1, pixel + radius); near++) {
      const weight = Math.exp(-((near - pixel) ** 2) / (2 * sigma * sigma));
      total += weight;
      for (let i = 0; i < count; i++) {
        row[i] = (row[i] as number) + weight * (linear[near * count + i] as number);
      }
    }
    for (let i = 0; i < count; i++) blurred[pixel * count + i] = (row[i] as number) / total;
  }
  return hostTensor('float32', [size, count], blurred);
}

function transposed({ dims, data }: HostTensor<'float32'>): HostTensor<'float32'> {
  const [height = 0, width = 0] = dims;
  const turned = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) turned[x * height + y] = data[y * width + x] as number;
  }
  return hostTensor('float32', [width, height], turned);
}
