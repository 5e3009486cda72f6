/** Operators on images `[N, C, H, W]`: convolution, pooling, resizing. */
import { hostTensor } from '@oddpixel/contract';
import type { Attribute } from '../ir.ts';
import type { Value } from './graph-builder.ts';
import { only } from './operand.ts';

export interface WindowOptions {
  readonly strides?: readonly number[];
  /** Begin of each spatial axis, then end of each: `[top, left, bottom, right]`. */
  readonly pads?: readonly number[];
  readonly dilations?: readonly number[];
}

export interface ConvOptions extends WindowOptions {
  readonly group?: number;
}

const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
const int = (value: number): Attribute => ({ kind: 'int', value });
const string = (value: string): Attribute => ({ kind: 'string', value });

function windowAttributes({
  strides,
  pads,
  dilations,
}: WindowOptions): Record<string, Attribute | undefined> {
  return {
    strides: strides && ints(strides),
    pads: pads && ints(pads),
    dilations: dilations && ints(dilations),
  };
}

/** Convolution with kernels `[O, C / group, kH, kW]` and an optional bias `[O]`. */
export function conv(x: Value, kernel: Value, bias?: Value, options: ConvOptions = {}): Value {
  const attributes = {
    ...windowAttributes(options),
    kernel_shape: ints(kernel.dims.slice(2).map(Number)),
    group: int(options.group ?? 1),
  };
  return only(x.builder.node('Conv', bias === undefined ? [x, kernel] : [x, kernel, bias], attributes));
}

/** Transposed convolution with kernels `[C, O / group, kH, kW]`. */
export function convTranspose(
  x: Value,
  kernel: Value,
  bias?: Value,
  options: ConvOptions & { readonly outputPadding?: readonly number[] } = {},
): Value {
  const attributes = {
    ...windowAttributes(options),
    output_padding: options.outputPadding && ints(options.outputPadding),
    kernel_shape: ints(kernel.dims.slice(2).map(Number)),
    group: int(options.group ?? 1),
  };
  return only(
    x.builder.node('ConvTranspose', bias === undefined ? [x, kernel] : [x, kernel, bias], attributes),
  );
}

export interface AveragePoolOptions extends Omit<WindowOptions, 'dilations'> {
  /** Padding counts as zeros in the mean. Default false: only real pixels are averaged. */
  readonly countPadding?: boolean;
}

/** Mean over windows of `kernel` = `[height, width]`. */
export function averagePool(x: Value, kernel: readonly number[], options: AveragePoolOptions = {}): Value {
  return only(
    x.builder.node('AveragePool', [x], {
      ...windowAttributes(options),
      kernel_shape: ints(kernel),
      count_include_pad: int(options.countPadding === true ? 1 : 0),
    }),
  );
}

/** Maximum over windows of `kernel` = `[height, width]`. */
export function maxPool(x: Value, kernel: readonly number[], options: WindowOptions = {}): Value {
  return only(x.builder.node('MaxPool', [x], { ...windowAttributes(options), kernel_shape: ints(kernel) }));
}

/**
 * Resizes to `height` × `width`: `linear` with half-pixel centres (no antialiasing), or `nearest`.
 * Batch and channels stay.
 */
export function resize(
  x: Value,
  height: number,
  width: number,
  mode: 'linear' | 'nearest' = 'linear',
): Value {
  const [, , h, w] = x.dims;
  const attributes = {
    mode: string(mode),
    coordinate_transformation_mode: string(mode === 'linear' ? 'half_pixel' : 'asymmetric'),
    nearest_mode: mode === 'nearest' ? string('floor') : undefined,
  };
  if (typeof h !== 'number' || typeof w !== 'number') {
    throw new TypeError('resize needs an image of known height and width');
  }
  // Scales instead of sizes keep the batch dynamic without a shape calculation in the graph.
  const scales = x.builder.constant(
    hostTensor('float32', [4], Float32Array.of(1, 1, scaleTo(h, height), scaleTo(w, width))),
  );
  return only(x.builder.node('Resize', [x, undefined, scales], attributes));
}

/**
 * The factor from one size to another as float32 that does not fall short: engines cut `from · factor` down to a
 * whole number, some of them in double precision.
 */
function scaleTo(from: number, to: number): number {
  const factor = Math.fround(to / from);
  return factor * from >= to ? factor : Math.fround(factor * (1 + 2 ** -23));
}
