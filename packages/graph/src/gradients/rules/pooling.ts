/** Pooling: a mean passes equal shares back to all its pixels, a maximum passes everything to the first largest one. */
import { equal, mul, pad, reduceMax, where } from '../../builder/index.ts';
import type { Value } from '../../builder/index.ts';
import { sizeOf, type GradientRule, type NodeView } from '../rule.ts';
import { constantLike, indicator } from '../shapes.ts';
import {
  kernelSize,
  patches,
  placeEverywhere,
  placePatches,
  planesOf,
  windowOf,
  type Window,
} from '../window.ts';

const averagePool: GradientRule = (view) => [
  () => {
    const x = view.input(0);
    const window = windowOf(view, x, view.ints('kernel_shape') ?? []);
    const shares = mul(view.gradient, shareOf(view, x, window));
    return placeEverywhere(view, planesOf(shares), x, window);
  },
];

/** One pixel's share in the mean: the same everywhere, or different for windows that reach beyond the image. */
function shareOf(view: NodeView, x: Value, window: Window): Value | number {
  const isPadded = window.pads.some((amount) => amount > 0);
  const countsPadding = view.int('count_include_pad', 0) === 1;
  if (view.int('ceil_mode', 0) === 0 && (countsPadding || !isPadded)) return 1 / kernelSize(window);
  const counts = window.kernel.map((size, axis) => {
    const before = window.pads[axis] ?? 0;
    const after = countsPadding ? (window.pads[axis + window.kernel.length] ?? 0) : 0;
    const [first, end] = [countsPadding ? -before : 0, sizeOf(view, x, axis + 2) + after];
    return Array.from({ length: sizeOf(view, view.output(), axis + 2) }, (_, place) => {
      const start = place * (window.strides[axis] ?? 1) - before;
      const positions = Array.from({ length: size }, (_, k) => start + k * (window.dilations[axis] ?? 1));
      return positions.filter((position) => position >= first && position < end).length;
    });
  });
  let shares = [1];
  for (const along of counts) shares = shares.flatMap((share) => along.map((count) => share / count));
  const dims = [1, 1, ...counts.map((along) => along.length)];
  return constantLike(x, dims, Float32Array.from(shares));
}

/** Below every pixel, but finite: the patches are sums of products with 0 and 1. */
const lowestOf = ({ dtype }: Value): number => (dtype === 'float16' ? -65_504 : -3.4e38);

const maxPool: GradientRule = (view) => [
  () => {
    const x = view.input(0);
    const window = windowOf(view, x, view.ints('kernel_shape') ?? []);
    const size = kernelSize(window);
    const elements = patches(lowered(view, x, window), { ...window, pads: window.pads.map(() => 0) });
    // Elements of a window that equal its maximum, the first of them worth most.
    const isLargest = indicator(equal(elements, planesOf(view.output())), x);
    const worths = Float32Array.from({ length: size }, (_, element) => size - element);
    const worth = mul(isLargest, constantLike(x, [size, ...window.kernel.map(() => 1)], worths));
    const isFirst = equal(worth, reduceMax(worth, [1], { keepDims: true }));
    return placePatches(view, where(isFirst, planesOf(view.gradient), 0), x, window);
  },
];

/** The image with a border that never wins, wide enough for all windows. */
function lowered(view: NodeView, x: Value, window: Window): Value {
  const spatial = window.kernel.length;
  const ends = window.kernel.map((size, axis) => {
    const reach =
      (sizeOf(view, view.output(), axis + 2) - 1) * (window.strides[axis] ?? 1) +
      (size - 1) * (window.dilations[axis] ?? 1) +
      1;
    return Math.max(0, reach - (window.pads[axis] ?? 0) - sizeOf(view, x, axis + 2));
  });
  const begins = window.pads.slice(0, spatial);
  return [...begins, ...ends].every((amount) => amount === 0)
    ? x
    : pad(x, [0, 0, ...begins, 0, 0, ...ends], 'constant', lowestOf(x));
}

/** The mean of a plane: every pixel has the same gradient, which need not be written out. */
const globalAveragePool: GradientRule = (view) => [
  () => {
    const x = view.input(0);
    const pixels = x.dims.slice(2).reduce<number>((count, _, axis) => count * sizeOf(view, x, axis + 2), 1);
    return mul(view.gradient, 1 / pixels);
  },
];

export const poolingRules: Readonly<Record<string, GradientRule>> = {
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  MaxPool: maxPool,
};
