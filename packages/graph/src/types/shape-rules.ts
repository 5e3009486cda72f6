/** Operators that move values without changing them, and those that speak of shapes. */
import type { DType } from '@oddpixel/contract';
import { dtypeFromCode } from '../codec/tensor-codec.ts';
import { broadcast, integers, normalizeAxis, product } from './dims.ts';
import type { Dim, Rule, RuleContext } from './rule.ts';

const reshape: Rule = (context) => {
  const x = context.input(0);
  const target = integers(context.constant(1));
  if (target === undefined) return [runtimeShape(context, x.dtype)];
  const dims = target.map((size, axis): Dim =>
    size === 0 && context.int('allowzero') !== 1
      ? (x.dims[axis] ?? context.fail('0 copies an axis that does not exist'))
      : size,
  );
  const open = dims.indexOf(-1);
  const total = product(x.dims);
  if (open < 0) {
    const wanted = product(dims);
    if (typeof total === 'number' && typeof wanted === 'number' && total !== wanted)
      context.fail(`${total} elements cannot become ${wanted}`);
    return [{ dtype: x.dtype, dims }];
  }
  dims[open] = remaining(
    x.dims,
    dims.filter((_, axis) => axis !== open),
    context,
  );
  return [{ dtype: x.dtype, dims }];
};

/** What −1 stands for: the product of all input dimensions divided by the other target dimensions. */
function remaining(input: readonly Dim[], others: readonly Dim[], context: RuleContext): Dim {
  const left = [...input];
  const divisors: number[] = [];
  for (const dim of others) {
    const at = typeof dim === 'string' ? left.indexOf(dim) : -1;
    if (at >= 0) left.splice(at, 1);
    else if (typeof dim === 'number') divisors.push(dim);
    else return `${context.node.outputs[0]}_open`;
  }
  const names = left.filter((dim) => typeof dim === 'string');
  const numerator = left.reduce<number>((p, dim) => (typeof dim === 'number' ? p * dim : p), 1);
  const divisor = divisors.reduce((p, d) => p * d, 1);
  const quotient = divisor === 0 ? Number.NaN : numerator / divisor;
  if (names.length === 0)
    return Number.isInteger(quotient)
      ? quotient
      : context.fail(`${numerator} elements cannot be divided by ${divisor}`);
  if (quotient === 1) return names.length === 1 ? (names[0] as string) : names.join('*');
  return Number.isInteger(quotient) ? `${names.join('*')}*${quotient}` : `${context.node.outputs[0]}_open`;
}

const transpose: Rule = (context) => {
  const x = context.input(0);
  const order = context.ints('perm') ?? x.dims.map((_, axis) => x.dims.length - 1 - axis);
  if (order.length !== x.dims.length || new Set(order).size !== order.length)
    context.fail(`perm [${order.join(',')}] does not fit`);
  return [
    {
      dtype: x.dtype,
      dims: order.map((axis) => x.dims[axis] ?? context.fail(`axis ${axis} does not exist`)),
    },
  ];
};

const concat: Rule = (context) => {
  const first = context.input(0);
  const axis = normalizeAxis(context.int('axis') ?? 0, first.dims.length, context);
  const parts = context.node.inputs.map((_, index) => context.input(index));
  const dims = first.dims.map((dim, at) => {
    if (at === axis) return sum(parts.map((part) => part.dims[axis] ?? 0));
    const other = parts.find(
      (part) => typeof part.dims[at] === 'number' && typeof dim === 'number' && part.dims[at] !== dim,
    );
    if (other !== undefined || parts.some((part) => part.dims.length !== first.dims.length))
      context.fail('shapes differ beside the axis');
    return dim;
  });
  return [{ dtype: first.dtype, dims }];
};

function sum(dims: readonly Dim[]): Dim {
  return dims.every((dim) => typeof dim === 'number') ? dims.reduce((a, b) => a + b, 0) : dims.join('+');
}

function axesOf(context: RuleContext): number[] | undefined {
  const given = context.ints('axes') ?? integers(context.constant(1));
  if (given === undefined && context.has(1)) context.fail('axes must be constant');
  return given === undefined ? undefined : [...given];
}

const squeeze: Rule = (context) => {
  const x = context.input(0);
  const axes = axesOf(context)?.map((axis) => normalizeAxis(axis, x.dims.length, context));
  return [
    {
      dtype: x.dtype,
      dims: x.dims.filter((dim, axis) => (axes === undefined ? dim !== 1 : !axes.includes(axis))),
    },
  ];
};

const unsqueeze: Rule = (context) => {
  const x = context.input(0);
  const axes = axesOf(context) ?? context.fail('axes are missing');
  const rank = x.dims.length + axes.length;
  const added = new Set(axes.map((axis) => normalizeAxis(axis, rank, context)));
  const rest = [...x.dims];
  return [
    {
      dtype: x.dtype,
      dims: Array.from({ length: rank }, (_, axis): Dim => (added.has(axis) ? 1 : (rest.shift() ?? 1))),
    },
  ];
};

const slice: Rule = (context) => {
  const x = context.input(0);
  const starts = context.ints('starts') ?? integers(context.constant(1));
  const ends = context.ints('ends') ?? integers(context.constant(2));
  if (starts === undefined || ends === undefined) {
    return [{ dtype: x.dtype, dims: x.dims.map((_, axis) => `${context.node.outputs[0]}_${axis}`) }];
  }
  const axes = context.ints('axes') ?? integers(context.constant(3)) ?? starts.map((_, index) => index);
  const steps = integers(context.constant(4)) ?? starts.map(() => 1);
  const dims = [...x.dims];
  axes.forEach((given, index) => {
    const axis = normalizeAxis(given, dims.length, context);
    const size = dims[axis];
    const start = starts[index] ?? 0;
    const end = ends[index] ?? 0;
    const step = steps[index] ?? 1;
    if (step === 0) context.fail('step 0');
    dims[axis] = typeof size === 'number' ? slicedLength(size, start, end, step) : `slice(${size})`;
  });
  return [{ dtype: x.dtype, dims }];
};

/** Number of elements from `start` to before `end`, both clamped as ONNX does. */
export function slicedLength(size: number, start: number, end: number, step: number): number {
  const clamp = (value: number, low: number, high: number): number =>
    Math.min(high, Math.max(low, value < 0 ? value + size : value));
  const from = step > 0 ? clamp(start, 0, size) : clamp(start, 0, size - 1);
  const to = step > 0 ? clamp(end, 0, size) : clamp(end, -1, size - 1);
  return Math.max(0, Math.ceil((to - from) / step));
}

const gather: Rule = (context) => {
  const x = context.input(0);
  const axis = normalizeAxis(context.int('axis') ?? 0, x.dims.length, context);
  return [
    { dtype: x.dtype, dims: [...x.dims.slice(0, axis), ...context.input(1).dims, ...x.dims.slice(axis + 1)] },
  ];
};

const pad: Rule = (context) => {
  const x = context.input(0);
  const pads = context.ints('pads') ?? integers(context.constant(1));
  const axes = integers(context.constant(3)) ?? x.dims.map((_, axis) => axis);
  if (pads === undefined)
    return [{ dtype: x.dtype, dims: x.dims.map((_, axis) => `${context.node.outputs[0]}_${axis}`) }];
  if (pads.length !== 2 * axes.length) context.fail(`${pads.length} pads for ${axes.length} axes`);
  const dims = x.dims.map((dim, axis): Dim => {
    const at = axes.findIndex((a) => normalizeAxis(a, x.dims.length, context) === axis);
    const amount = at < 0 ? 0 : (pads[at] ?? 0) + (pads[at + axes.length] ?? 0);
    return amount === 0 ? dim : typeof dim === 'number' ? dim + amount : `${dim}+${amount}`;
  });
  return [{ dtype: x.dtype, dims }];
};

const cast: Rule = (context) => [
  { dtype: dtypeFromCode(context.int('to') ?? 0, 'attribute `to`'), dims: context.input(0).dims },
];

const flatten: Rule = (context) => {
  const x = context.input(0);
  const given = context.int('axis') ?? 1;
  const axis = given < 0 ? given + x.dims.length : given;
  return [{ dtype: x.dtype, dims: [product(x.dims.slice(0, axis)), product(x.dims.slice(axis))] }];
};

const expand: Rule = (context) => {
  const x = context.input(0);
  const target = integers(context.constant(1));
  const dims = target ?? context.shape(1);
  if (dims === undefined) return [unknownShape(context, x.dtype, context.input(1).dims[0])];
  return [{ dtype: x.dtype, dims: broadcast(x.dims, dims, context) }];
};

const range: Rule = (context) => {
  const [start, limit, delta] = [0, 1, 2].map((index) => integers(context.constant(index))?.[0]);
  const known = start !== undefined && limit !== undefined && delta !== undefined;
  return [
    {
      dtype: context.input(0).dtype,
      dims: [known ? Math.max(0, Math.ceil((limit - start) / delta)) : `${context.node.outputs[0]}_length`],
    },
  ];
};

const constantOfShape: Rule = (context) => {
  const value = context.node.attributes['value'];
  const dtype = value?.kind === 'tensor' ? value.value.dtype : 'float32';
  const dims = integers(context.constant(0));
  return [dims === undefined ? unknownShape(context, dtype, context.input(0).dims[0]) : { dtype, dims }];
};

const split: Rule = (context) => {
  const x = context.input(0);
  const axis = normalizeAxis(context.int('axis') ?? 0, x.dims.length, context);
  const sizes = context.ints('split') ?? integers(context.constant(1));
  const count = context.node.outputs.length;
  const whole = x.dims[axis];
  return context.node.outputs.map((_, index) => {
    const chunk = typeof whole === 'number' ? Math.ceil(whole / count) : `split(${whole})`;
    const even =
      typeof whole === 'number' && typeof chunk === 'number' ? Math.min(chunk, whole - index * chunk) : chunk;
    return { dtype: x.dtype, dims: x.dims.map((dim, at) => (at === axis ? (sizes?.[index] ?? even) : dim)) };
  });
};

const tile: Rule = (context) => {
  const x = context.input(0);
  const repeats = integers(context.constant(1));
  return [
    {
      dtype: x.dtype,
      dims: x.dims.map((dim, axis) =>
        repeats === undefined ? `${context.node.outputs[0]}_${axis}` : product([dim, repeats[axis] ?? 1]),
      ),
    },
  ];
};

/** A shape that input 1 provides when the graph runs. */
function runtimeShape(context: RuleContext, dtype: DType): { dtype: DType; dims: readonly Dim[] } {
  const dims = context.shape(1);
  return dims === undefined ? unknownShape(context, dtype, context.input(1).dims[0]) : { dtype, dims };
}

function unknownShape(
  context: RuleContext,
  dtype: DType,
  rank: Dim | undefined,
): { dtype: DType; dims: Dim[] } {
  if (typeof rank !== 'number') return context.fail('the rank of the result cannot be determined');
  return { dtype, dims: Array.from({ length: rank }, (_, axis) => `${context.node.outputs[0]}_${axis}`) };
}

export const shapeRules: Record<string, Rule> = {
  Reshape: reshape,
  Transpose: transpose,
  Concat: concat,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Slice: slice,
  Gather: gather,
  Pad: pad,
  Cast: cast,
  Flatten: flatten,
  Expand: expand,
  Range: range,
  ConstantOfShape: constantOfShape,
  Split: split,
  Tile: tile,
  Shape: (context) => [{ dtype: 'int64', dims: [context.input(0).dims.length] }],
  Size: () => [{ dtype: 'int64', dims: [] }],
};
