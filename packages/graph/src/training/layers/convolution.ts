/**
 * Layers of convolution on images `[N, C, H, W]`. Padding is chosen so that only the stride changes the size:
 * `convLayer` gives H / stride × W / stride (rounded up for odd kernels, down for even ones), `convTransposeLayer`
 * H · stride × W · stride.
 */
import { ParameterError } from '@oddpixel/contract';
import * as onnx from '../../index.ts';
import type { Value } from '../../index.ts';
import { channelsOf } from './channels.ts';
import type { Layer, Weights } from './layer.ts';
import { he, type Fans, type StartSpread } from './start-spread.ts';

export interface DepthwiseConvOptions {
  /** Height and width of the kernel, or one number for both; at least the stride. */
  readonly kernel: number | readonly [height: number, width: number];
  /** Down and across, or one number for both. Default 1. */
  readonly stride?: number | readonly [vertical: number, horizontal: number];
  /** A constant per channel is added. Default true; false before a `batchNorm`, which has its own. */
  readonly bias?: boolean;
  /** Default `he`. */
  readonly start?: StartSpread;
}

export interface ConvLayerOptions extends DepthwiseConvOptions {
  /** Channels of the result. */
  readonly channels: number;
}

/** Convolution. Weights: `kernel` `[channels, C, kH, kW]`, `bias` `[channels]`. */
export function convLayer({ channels, ...options }: ConvLayerOptions): Layer {
  const { size, strides, pads } = windowOf(options);
  return (x, weights) => {
    const own = weights.within('conv');
    const inputs = channelsOf(x);
    const area = size[0] * size[1];
    const fans = { fanIn: inputs * area, fanOut: channels * area };
    const { kernel, bias } = tensors(own, [channels, inputs, ...size], channels, fans, options);
    return onnx.conv(x, kernel, bias, { strides, pads });
  };
}

/**
 * Convolution of each channel by itself, as in networks for small devices (Howard et al. 2017, arXiv:1704.04861).
 * Weights: `kernel` `[C, 1, kH, kW]`, `bias` `[C]`.
 */
export function depthwiseConvLayer(options: DepthwiseConvOptions): Layer {
  const { size, strides, pads } = windowOf(options);
  return (x, weights) => {
    const own = weights.within('depthwise');
    const channels = channelsOf(x);
    const area = size[0] * size[1];
    const fans = { fanIn: area, fanOut: area };
    const { kernel, bias } = tensors(own, [channels, 1, ...size], channels, fans, options);
    return onnx.conv(x, kernel, bias, { strides, pads, group: channels });
  };
}

/**
 * Transposed convolution: the way back to larger images. A kernel that is a multiple of the stride covers all pixels
 * alike (Odena et al. 2016, doi:10.23915/distill.00003). Weights: `kernel` `[C, channels, kH, kW]`, `bias` `[channels]`.
 */
export function convTransposeLayer({ channels, ...options }: ConvLayerOptions): Layer {
  const { size, strides } = windowOf(options);
  const pads = around(size.map((k, axis) => k - (strides[axis] ?? 1)));
  return (x, weights) => {
    const own = weights.within('convTranspose');
    const inputs = channelsOf(x);
    const area = size[0] * size[1];
    // Only every stride-th kernel element meets a pixel.
    const fans = { fanIn: (inputs * area) / (strides[0] * strides[1]), fanOut: channels * area };
    const { kernel, bias } = tensors(own, [inputs, channels, ...size], channels, fans, options);
    return onnx.convTranspose(x, kernel, bias, { strides, pads });
  };
}

function tensors(
  weights: Weights,
  dims: readonly number[],
  channels: number,
  fans: Fans,
  { bias = true, start = he }: DepthwiseConvOptions,
): { readonly kernel: Value; readonly bias: Value | undefined } {
  return {
    kernel: weights.parameter('kernel', dims, { spread: start(fans) }),
    bias: bias ? weights.parameter('bias', [channels], {}) : undefined,
  };
}

type Pair = readonly [number, number];

/** @throws ParameterError for sizes that are not whole numbers, or a kernel that would leave pixels out. */
function windowOf({ kernel, stride = 1 }: DepthwiseConvOptions): {
  size: Pair;
  strides: Pair;
  pads: number[];
} {
  const size: Pair = typeof kernel === 'number' ? [kernel, kernel] : kernel;
  const strides: Pair = typeof stride === 'number' ? [stride, stride] : stride;
  for (const [name, pair] of Object.entries({ kernel: size, stride: strides })) {
    if (pair.every((n) => Number.isInteger(n) && n > 0)) continue;
    throw new ParameterError({ name, expected: 'whole numbers above 0', received: pair.join(' × ') });
  }
  if (size.some((k, axis) => k < (strides[axis] ?? 1))) {
    throw new ParameterError({
      name: 'kernel',
      expected: `at least the stride, ${strides.join(' × ')}, so that no pixel is left out`,
      received: size.join(' × '),
    });
  }
  // An odd kernel is centred on its pixel; an even one lies between pixels and is centred on what it steps over.
  return {
    size,
    strides,
    pads: around(size.map((k, axis) => (k % 2 === 1 ? k - 1 : k - (strides[axis] ?? 1)))),
  };
}

/** Padding of each axis as evenly as it goes: `[top, left, bottom, right]`. */
function around(totals: readonly number[]): number[] {
  return [...totals.map((n) => Math.floor(n / 2)), ...totals.map((n) => Math.ceil(n / 2))];
}
