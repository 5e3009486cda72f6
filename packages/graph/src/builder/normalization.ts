/**
 * Normalization layers. The operators take stored statistics or one sample at a time and run as one node;
 * `batchNormalizationTraining` takes the statistics of the batch and is made of plain operators, because the
 * operator's training mode is missing from most execution providers.
 */
import type { Value } from './graph-builder.ts';
import { add, div, mul, sqrt, square, sub } from './elementwise.ts';
import { only } from './operand.ts';
import { reduceMean } from './reduction.ts';
import { reshape } from './shape.ts';

const defaultEpsilon = 1e-5;

export interface LayerNormalizationOptions {
  /** The first of the axes that are normalized together. Default −1: the last one alone. */
  readonly axis?: number;
  readonly epsilon?: number;
}

/** Mean 0 and deviation 1 over the axes from `axis` on, then `scale` and `bias` of those axes (Ba et al. 2016). */
export function layerNormalization(
  x: Value,
  scale: Value,
  bias: Value,
  { axis = -1, epsilon = defaultEpsilon }: LayerNormalizationOptions = {},
): Value {
  return only(
    x.builder.node('LayerNormalization', [x, scale, bias], {
      axis: { kind: 'int', value: axis },
      epsilon: { kind: 'float', value: epsilon },
    }),
  );
}

export interface ChannelStatistics {
  /** `[C]`. */
  readonly mean: Value;
  /** `[C]`: the mean squared deviation. */
  readonly variance: Value;
}

/** `[N, C, …]` brought to mean 0 and deviation 1 by stored statistics, then `scale` and `bias` `[C]` (Ioffe and Szegedy 2015). */
export function batchNormalization(
  x: Value,
  scale: Value,
  bias: Value,
  { mean, variance }: ChannelStatistics,
  epsilon: number = defaultEpsilon,
): Value {
  return only(
    x.builder.node('BatchNormalization', [x, scale, bias, mean, variance], {
      epsilon: { kind: 'float', value: epsilon },
    }),
  );
}

/** The same with the statistics of the batch itself, which are returned for a running mean. */
export function batchNormalizationTraining(
  x: Value,
  scale: Value,
  bias: Value,
  epsilon: number = defaultEpsilon,
): ChannelStatistics & { readonly y: Value } {
  const others = x.dims.map((_, axis) => axis).filter((axis) => axis !== 1);
  const perChannel = (v: Value): Value => reshape(v, [-1, ...x.dims.slice(2).map(() => 1)]);
  const mean = reduceMean(x, others, { keepDims: true });
  const centred = sub(x, mean);
  const variance = reduceMean(square(centred), others, { keepDims: true });
  const factor = div(perChannel(scale), sqrt(add(variance, epsilon)));
  return {
    y: add(mul(centred, factor), perChannel(bias)),
    mean: reshape(mean, [-1]),
    variance: reshape(variance, [-1]),
  };
}
