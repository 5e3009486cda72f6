/**
 * Windows that slide over `[N, C, …]`, as linear maps: `patches` copies what lies under the window at each place
 * into channels, `placePatches` is its transpose and adds everything back where it came from. Both are one
 * convolution whose kernels have a single 1. Letters: `k` = elements of a kernel.
 */
import {
  conv,
  convTranspose,
  greater,
  pad,
  reshape,
  slice,
  where,
  type ConvOptions,
  type Value,
} from '../builder/index.ts';
import type { Dim } from '../types/rule.ts';
import type { NodeView } from './rule.ts';
import { constantLike, reshapeLike } from './shapes.ts';

export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begin of each spatial axis, then end of each. */
  readonly pads: readonly number[];
}

/** The window of a convolution or pooling over `x`, with automatic padding worked out. */
export function windowOf(view: NodeView, x: Value, kernel: readonly Dim[]): Window {
  const sizes = kernel.map((size) => {
    if (typeof size !== 'number') throw view.unsupported('its gradient needs a kernel of known size');
    return size;
  });
  const ones = sizes.map(() => 1);
  const strides = view.ints('strides') ?? ones;
  const dilations = view.ints('dilations') ?? ones;
  const zeros = [...sizes, ...sizes].map(() => 0);
  const autoPad = view.string('auto_pad', 'NOTSET');
  if (!autoPad.startsWith('SAME')) {
    const pads = autoPad === 'VALID' ? zeros : (view.ints('pads') ?? zeros);
    return { kernel: sizes, strides, dilations, pads };
  }
  const totals = sizes.map((size, axis) => {
    const length = x.dims[axis + 2];
    if (typeof length !== 'number') throw view.unsupported('automatic padding needs a known image size');
    const stride = strides[axis] ?? 1;
    const extent = (size - 1) * (dilations[axis] ?? 1) + 1;
    return Math.max(0, (Math.ceil(length / stride) - 1) * stride + extent - length);
  });
  const begins = totals.map((total) =>
    autoPad === 'SAME_LOWER' ? Math.ceil(total / 2) : Math.floor(total / 2),
  );
  return {
    kernel: sizes,
    strides,
    dilations,
    pads: [...begins, ...totals.map((total, axis) => total - (begins[axis] ?? 0))],
  };
}

/** How far a kernel reaches along a spatial axis. */
export function extentOf({ kernel, dilations }: Window, axis: number): number {
  return ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
}

export function kernelSize({ kernel }: Window): number {
  return kernel.reduce((a, b) => a * b, 1);
}

/** `[N, C, …]` → `[N·C, k, …]`: channel `t` holds element `t` under the window. Padding gives 0. */
export function patches(x: Value, window: Window): Value {
  const { strides, dilations, pads } = window;
  return conv(planesOf(x), computed(picks(x, window), x), undefined, { strides, dilations, pads });
}

/**
 * For each element of the kernel what lies under it at all places: `k` values `[N, C, …]`. The same as `patches` in
 * pieces, for images whose patches would be too large for one buffer.
 *
 * @param places a value in the shape of the window's output, of known size.
 */
export function elements(x: Value, window: Window, places: Value): Value[] {
  const { kernel, strides, dilations, pads } = window;
  const half = kernel.length;
  const around = [0, 0, ...pads.slice(0, half), 0, 0, ...pads.slice(half)];
  const padded = pads.some((amount) => amount > 0) ? pad(x, around) : x;
  const positions = kernel.reduce<number[][]>(
    (starts, size) => starts.flatMap((start) => Array.from({ length: size }, (_, at) => [...start, at])),
    [[]],
  );
  return positions.map((position) =>
    slice(
      padded,
      ...position.map((at, axis) => {
        const [start, step] = [at * (dilations[axis] ?? 1), strides[axis] ?? 1];
        return { axis: axis + 2, start, step, end: start + (Number(places.dims[axis + 2]) - 1) * step + 1 };
      }),
    ),
  );
}

/**
 * A constant in a form that no engine takes for one. ONNX Runtime's CPU provider moves convolutions with constant
 * kernels to a blocked layout, which takes up to 4 times as long here: the layout fills the `k` outputs up to 16 and
 * everything around it must be reordered.
 *
 * @param like any value of the same rank; nothing is greater than itself.
 */
function computed(constant: Value, like: Value): Value {
  const first = slice(like, ...like.dims.map((_, axis) => ({ axis, start: 0, end: 1 })));
  return where(greater(first, first), 0, constant);
}

/** `[N·C, k, …]` → `[N, C, …]` in the shape of `x`: the transpose of `patches`. */
export function placePatches(view: NodeView, gradient: Value, x: Value, window: Window): Value {
  return spread(view, gradient, picks(x, window), x, window);
}

/** `[N·C, 1, …]` → `[N, C, …]`: every place gives its value to all pixels under its window. */
export function placeEverywhere(view: NodeView, gradient: Value, x: Value, window: Window): Value {
  const ones = new Float32Array(kernelSize(window)).fill(1);
  const kernel = constantLike(x, [1, 1, ...window.kernel], ones);
  return spread(view, gradient, kernel, x, window);
}

/**
 * All channels as images of one channel, `[N·C, 1, …]`. Groups would compute the same, but they must know the number of
 * channels, and ONNX Runtime 1.30 computes some of them wrongly on WebGPU (5 or more outputs per group that are no
 * multiple of 4).
 */
export function planesOf(x: Value): Value {
  return reshape(x, [-1, 1, ...x.dims.slice(2).map(() => 0)]);
}

function spread(view: NodeView, gradient: Value, kernel: Value, x: Value, window: Window): Value {
  const planes = convTranspose(gradient, kernel, undefined, transposedOptions(view, gradient, x, window));
  return reshapeLike(planes, x);
}

/**
 * Options of the transposed convolution that leads from `gradient` (in the shape of a window's output) back to the
 * shape of `x`. Pixels that no window reached are filled up; those past the end are cut.
 */
export function transposedOptions(
  view: NodeView,
  gradient: Value,
  x: Value,
  window: Window,
  group: number = 1,
): ConvOptions & { readonly outputPadding: readonly number[] } {
  const { kernel, strides, dilations } = window;
  const pads = [...window.pads];
  const outputPadding = kernel.map((_, axis) => {
    const [size, places] = [x.dims[axis + 2], gradient.dims[axis + 2]];
    const stride = strides[axis] ?? 1;
    if (typeof size !== 'number' || typeof places !== 'number') {
      if (stride === 1) return 0;
      throw view.unsupported(`its gradient needs a known image size where the stride is ${stride}`);
    }
    const end = axis + kernel.length;
    const reached = (places - 1) * stride + extentOf(window, axis) - (pads[axis] ?? 0) - (pads[end] ?? 0);
    pads[end] = (pads[end] ?? 0) + Math.max(0, reached - size);
    return Math.max(0, size - reached);
  });
  return { strides, dilations, pads, outputPadding, group };
}

/** Kernels `[k, 1, …]` of which number `t` is 1 at element `t`. */
function picks(x: Value, window: Window): Value {
  const size = kernelSize(window);
  const data = new Float32Array(size * size);
  for (let element = 0; element < size; element++) data[element * size + element] = 1;
  return constantLike(x, [size, 1, ...window.kernel], data);
}
