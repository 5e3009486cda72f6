/** Spatial size of convolutions, pooling and resizing. */
import { derived, integers } from './dims.ts';
import type { Dim, Rule, RuleContext } from './rule.ts';

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begin of each axis, then end of each axis; `undefined` with SAME padding. */
  readonly pads: readonly number[] | undefined;
}

function windowOf(context: RuleContext, kernel: readonly number[]): Window {
  const ones = kernel.map(() => 1);
  const auto = context.node.attributes['auto_pad'];
  const mode = auto?.kind === 'string' ? auto.value : 'NOTSET';
  const zeros = [...kernel, ...kernel].map(() => 0);
  return {
    kernel,
    strides: context.ints('strides') ?? ones,
    dilations: context.ints('dilations') ?? ones,
    pads: mode.startsWith('SAME') ? undefined : mode === 'VALID' ? zeros : (context.ints('pads') ?? zeros),
  };
}

function windowedSize(size: Dim, axis: number, window: Window, ceil: boolean): Dim {
  const stride = window.strides[axis] ?? 1;
  const extent = ((window.kernel[axis] ?? 1) - 1) * (window.dilations[axis] ?? 1) + 1;
  const { pads, kernel } = window;
  if (pads === undefined) return derived(size, (n) => Math.ceil(n / stride), `ceil/${stride}`);
  const pad = (pads[axis] ?? 0) + (pads[axis + kernel.length] ?? 0);
  if (stride === 1 && pad === extent - 1) return size;
  const places = (n: number): number => {
    const count = (ceil ? Math.ceil : Math.floor)((n + pad - extent) / stride) + 1;
    // Rounding up must not add a window that lies in the padding alone.
    return ceil && (count - 1) * stride >= n + (pads[axis] ?? 0) ? count - 1 : count;
  };
  return derived(size, places, `window${extent}/${stride}+${pad}`);
}

const conv: Rule = (context) => {
  const x = context.input(0);
  const w = context.input(1);
  const kernel = w.dims.slice(2);
  if (x.dims.length !== w.dims.length || x.dims.length < 3 || !kernel.every((k) => typeof k === 'number')) {
    return context.fail('expected an image and a kernel of known size');
  }
  const groups = context.int('group') ?? 1;
  const [n = 1, channels] = x.dims;
  const [outChannels = 1, perGroup] = w.dims;
  if (typeof channels === 'number' && typeof perGroup === 'number' && channels !== perGroup * groups) {
    context.fail(`the kernel expects ${perGroup * groups} channels`);
  }
  const window = windowOf(context, kernel);
  return [
    {
      dtype: x.dtype,
      dims: [n, outChannels, ...x.dims.slice(2).map((size, axis) => windowedSize(size, axis, window, false))],
    },
  ];
};

const convTranspose: Rule = (context) => {
  const x = context.input(0);
  const w = context.input(1);
  const kernel = w.dims.slice(2);
  if (x.dims.length !== w.dims.length || !kernel.every((k) => typeof k === 'number'))
    context.fail('expected a kernel of known size');
  const window = windowOf(context, kernel as number[]);
  const extra = context.ints('output_padding') ?? kernel.map(() => 0);
  const { pads } = window;
  if (pads === undefined || context.ints('output_shape') !== undefined)
    return context.fail('only explicit padding is supported');
  const spatial = x.dims.slice(2).map((size, axis) => {
    const stride = window.strides[axis] ?? 1;
    const extent = (((kernel[axis] as number) ?? 1) - 1) * (window.dilations[axis] ?? 1) + 1;
    const pad = (pads[axis] ?? 0) + (pads[axis + kernel.length] ?? 0);
    return derived(size, (n) => stride * (n - 1) + (extra[axis] ?? 0) + extent - pad, `transposed${stride}`);
  });
  const perGroup = w.dims[1] ?? 1;
  const channels = typeof perGroup === 'number' ? perGroup * (context.int('group') ?? 1) : perGroup;
  return [{ dtype: x.dtype, dims: [x.dims[0] ?? 1, channels, ...spatial] }];
};

const pool: Rule = (context) => {
  const x = context.input(0);
  const kernel = context.ints('kernel_shape') ?? context.fail('kernel_shape is missing');
  if (x.dims.length !== kernel.length + 2) context.fail('the kernel does not fit the image');
  const window = windowOf(context, kernel);
  const ceil = context.int('ceil_mode') === 1;
  const type = {
    dtype: x.dtype,
    dims: [
      ...x.dims.slice(0, 2),
      ...x.dims.slice(2).map((size, axis) => windowedSize(size, axis, window, ceil)),
    ],
  };
  return [type, { ...type, dtype: 'int64' }];
};

const globalPool: Rule = (context) => {
  const x = context.input(0);
  return [{ dtype: x.dtype, dims: x.dims.map((dim, axis) => (axis < 2 ? dim : 1)) }];
};

const resize: Rule = (context) => {
  const x = context.input(0);
  const axes = context.ints('axes') ?? x.dims.map((_, axis) => axis);
  const sizes = integers(context.constant(3));
  const scales = context.constant(2);
  if (sizes !== undefined && sizes.length === axes.length) {
    return [{ dtype: x.dtype, dims: x.dims.map((dim, axis) => sizes[axes.indexOf(axis)] ?? dim) }];
  }
  if (scales !== undefined && scales.data.length === axes.length) {
    const factors = scales.data as Float32Array;
    return [
      { dtype: x.dtype, dims: x.dims.map((dim, axis) => scaled(dim, factors[axes.indexOf(axis)] ?? 1)) },
    ];
  }
  return [{ dtype: x.dtype, dims: x.dims.map((_, axis) => `${context.node.outputs[0]}_${axis}`) }];
};

function scaled(dim: Dim, factor: number): Dim {
  // Scales are float32: rounded the same way, a product that means a whole number is one.
  return factor === 1 ? dim : derived(dim, (n) => Math.floor(Math.fround(n * factor)), `×${factor}`);
}

export const convolutionRules: Record<string, Rule> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  AveragePool: pool,
  MaxPool: pool,
  LpPool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  Resize: resize,
};
