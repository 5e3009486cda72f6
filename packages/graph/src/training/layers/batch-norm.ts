/**
 * Batch normalization (Ioffe and Szegedy 2015, arXiv:1502.03167). In training, it takes mean and variance from the
 * batch and keeps running means of both; once trained, it takes the running ones, and `foldBatchNorm` removes it.
 */
import { add, batchNormalization, batchNormalizationTraining, div, mul, sub } from '../../index.ts';
import { channelsOf } from './channels.ts';
import type { Layer } from './layer.ts';

export interface BatchNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
  /** Share of the running statistics that each step keeps. Default 0.9. */
  readonly kept?: number;
  /** Start value of the scale. Default 1; 0 at the end of a residual layer lets it start as the identity. */
  readonly scale?: number;
}

/**
 * Each channel of `[N, C, …]` to mean 0 and deviation 1 over the batch, then scaled and shifted. Weights, all `[C]`:
 * `scale`, `bias` and the running `mean` and `variance` (the mean squared deviation, without n − 1).
 */
export function batchNorm({ epsilon = 1e-5, kept = 0.9, scale: start = 1 }: BatchNormOptions = {}): Layer {
  return (x, weights) => {
    const own = weights.within('batchNorm');
    const dims = [channelsOf(x)];
    const scale = own.parameter('scale', dims, { middle: start });
    const bias = own.parameter('bias', dims, {});
    const mean = own.running('mean', dims, 0);
    const variance = own.running('variance', dims, 1);
    if (!weights.training) {
      return batchNormalization(x, scale, bias, { mean: mean.value, variance: variance.value }, epsilon);
    }
    const batch = batchNormalizationTraining(x, scale, bias, epsilon);
    // The weight of all batches so far comes near 1 with time. Divided by it, the running statistics are a mean of
    // real batches from the first step on; their start values have no part in it.
    const seen = own.running('seen', [], 0);
    const weight = add(mul(seen.value, kept), 1 - kept);
    seen.become(weight);
    for (const [running, now] of [
      [mean, batch.mean],
      [variance, batch.variance],
    ] as const) {
      running.become(add(running.value, mul(sub(now, running.value), div(1 - kept, weight))));
    }
    return batch.y;
  };
}
