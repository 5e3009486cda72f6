/** A network with its loss, optimizer, start weights and one batch: what both sides train. */
import type { HostTensor } from '@oddpixel/contract';
import type { TrainingStep } from '@oddpixel/graph/training';

export type Tensors = Readonly<Record<string, HostTensor<'float32'>>>;

export interface Workload {
  readonly name: string;
  /** In words: layers, batch. */
  readonly what: string;
  readonly step: TrainingStep;
  readonly start: Tensors;
  readonly batch: Tensors;
  readonly learningRate: number;
  /** The same network on the other side: `network` and its settings in tools/reference/training-step.py. */
  readonly torch: Readonly<Record<string, string | number | boolean>> & { readonly network: string };
  /** PyTorch's time divided by ours must reach this. */
  readonly bar: number;
}

/** Sizes of the workloads; smaller ones are for tests. */
export interface Sizes {
  /** Positions of a step. */
  readonly positions: readonly number[];
  readonly complexity: number;
  readonly featureDims: number;
  readonly images: number;
  readonly imageHeight: number;
  readonly imageWidth: number;
  /** Channels of the three stages. */
  readonly channels: readonly [number, number, number];
}

export const fullSizes: Sizes = {
  positions: [256, 8192],
  complexity: 15,
  featureDims: 216,
  images: 16,
  imageHeight: 96,
  imageWidth: 128,
  channels: [32, 64, 128],
};

export const tinySizes: Sizes = {
  positions: [6],
  complexity: 1,
  featureDims: 5,
  images: 2,
  imageHeight: 16,
  imageWidth: 24,
  channels: [4, 6, 8],
};
