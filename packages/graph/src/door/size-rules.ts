/** The sizes of operators' outputs as far as constants determine them: lower bounds. */
import type { NodeOutline } from './outline.ts';
import { elementCount } from './tensor.ts';

/** What is known of a value; members are `undefined` if they cannot be known. */
export interface Known {
  readonly dims: readonly number[] | undefined;
  /** The numbers of a small constant. */
  readonly numbers: readonly number[] | undefined;
}

export type Inputs = readonly (Known | undefined)[];

type Rule = (node: NodeOutline, inputs: Inputs) => readonly number[] | undefined;

/** Operators whose output size is set by numbers. */
export const growing: ReadonlySet<string> = new Set(
  'ConstantOfShape ConvTranspose Expand OneHot Pad RandomNormal RandomUniform Range Resize Tile Upsample'.split(
    ' ',
  ),
);

/** Sizes in a shape: −1 and 0 stand for a size that is not known here. */
const atLeast = (sizes: readonly number[]): number[] => sizes.map((size) => Math.max(1, size));

const same: Rule = (_node, [x]) => x?.dims;

const broadcast: Rule = (_node, inputs) => {
  const shapes = inputs.map((input) => input?.dims);
  if (!shapes.every((shape) => shape !== undefined)) return undefined;
  return joinedShape(shapes);
};

/** The shape that shapes broadcast to. */
export function joinedShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = shapes.reduce((most, { length }) => Math.max(most, length), 0);
  const dims = Array.from({ length: rank }, () => 0);
  for (const shape of shapes) {
    for (let axis = 0; axis < rank; axis++)
      dims[axis] = Math.max(dims[axis] ?? 0, shape[axis - rank + shape.length] ?? 1);
  }
  return dims;
}

const matMul: Rule = (_node, [a, b]) => {
  if (a?.dims === undefined || b?.dims === undefined || a.dims.length < 2 || b.dims.length < 2)
    return undefined;
  const batch = joinedShape([a.dims.slice(0, -2), b.dims.slice(0, -2)]);
  return [...batch, a.dims.at(-2) ?? 1, b.dims.at(-1) ?? 1];
};

const gemm: Rule = ({ attributes }, [a, b]) => {
  if (a?.dims?.length !== 2 || b?.dims?.length !== 2) return undefined;
  const isSet = (name: string): boolean => (attributes.get(name)?.integer ?? 0) !== 0;
  return [a.dims[isSet('transA') ? 1 : 0] ?? 1, b.dims[isSet('transB') ? 0 : 1] ?? 1];
};

const concat: Rule = ({ attributes }, inputs) => {
  const [first] = inputs;
  if (first?.dims === undefined) return undefined;
  const rank = first.dims.length;
  const given = attributes.get('axis')?.integer ?? 0;
  const axis = given < 0 ? given + rank : given;
  // Parts of unknown shape add nothing: this is a lower bound.
  const total = inputs.reduce((sum, input) => sum + (input?.dims?.[axis] ?? 0), 0);
  return first.dims.map((dim, at) => (at === axis ? total : dim));
};

const tile: Rule = (_node, [x, repeats]) =>
  repeats?.numbers && x?.dims?.map((dim, axis) => dim * Math.max(0, repeats.numbers?.[axis] ?? 1));

const expand: Rule = (_node, [x, shape]) => {
  if (shape?.numbers === undefined) return undefined;
  return joinedShape([x?.dims ?? [], atLeast(shape.numbers)]);
};

const reshape: Rule = (_node, [x, shape]) => {
  if (shape?.numbers === undefined || x?.dims === undefined) return undefined;
  const count = elementCount(x.dims);
  const sizes = shape.numbers.map((size, axis) => (size === 0 ? (x.dims?.[axis] ?? 1) : size));
  const rest = elementCount(sizes.filter((size) => size > 0));
  const dims = sizes.map((size) => (size < 0 ? Math.max(1, Math.floor(count / rest)) : size));
  // If open dimensions counted as 1, a target may ask for more elements than are there.
  return elementCount(dims) > count ? undefined : dims;
};

const constantOfShape: Rule = (_node, [shape]) => shape?.numbers?.map((size) => Math.max(0, size));

const range: Rule = (_node, inputs) => {
  const [start, limit, delta] = inputs.map((input) => input?.numbers?.[0]);
  if (start === undefined || limit === undefined || delta === undefined || delta === 0) return undefined;
  return [Math.max(0, Math.ceil((limit - start) / delta))];
};

const pad: Rule = ({ attributes }, [x, given, , axesGiven]) => {
  const pads = given?.numbers ?? attributes.get('pads')?.numbers;
  if (x?.dims === undefined || pads === undefined) return undefined;
  const rank = x.dims.length;
  const axes = axesGiven?.numbers?.map((axis) => (axis < 0 ? axis + rank : axis)) ?? [...x.dims.keys()];
  return x.dims.map((dim, axis) => {
    const at = axes.indexOf(axis);
    return at < 0 ? dim : Math.max(0, dim + (pads[at] ?? 0) + (pads[at + axes.length] ?? 0));
  });
};

const resize: Rule = ({ opType, attributes }, [x, second, third, fourth]) => {
  if (x?.dims === undefined) return undefined;
  const scales =
    (opType === 'Upsample' || third === undefined ? second : third)?.numbers ??
    attributes.get('scales')?.numbers;
  const axes = attributes.get('axes')?.numbers ?? [...x.dims.keys()];
  const sizes = fourth?.numbers;
  return x.dims.map((dim, axis) => {
    const at = axes.indexOf(axis);
    if (at < 0) return dim;
    if (sizes !== undefined) return Math.max(1, sizes[at] ?? dim);
    return Math.max(1, Math.floor(dim * (scales?.[at] ?? 1)));
  });
};

const transpose: Rule = ({ attributes }, [x]) => {
  const order = attributes.get('perm')?.numbers;
  return x?.dims && (order === undefined ? x.dims.toReversed() : order.map((axis) => x.dims?.[axis] ?? 1));
};

const unsqueeze: Rule = ({ attributes }, [x, given]) => {
  const axes = given?.numbers ?? attributes.get('axes')?.numbers;
  if (x?.dims === undefined || axes === undefined) return undefined;
  const rank = x.dims.length + axes.length;
  const added = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  let next = 0;
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (x.dims?.[next++] ?? 1)));
};

const gather: Rule = ({ attributes }, [x, indices]) => {
  if (x?.dims === undefined || indices?.dims === undefined) return undefined;
  const given = attributes.get('axis')?.integer ?? 0;
  const axis = given < 0 ? given + x.dims.length : given;
  return [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
};

const oneHot: Rule = (_node, [indices, depth]) =>
  indices?.dims && depth?.numbers && [...indices.dims, Math.max(0, depth.numbers[0] ?? 0)];

const random: Rule = ({ attributes }) => attributes.get('shape')?.numbers;

const window: Rule = (_node, [size]) => size?.numbers?.slice(0, 1);

const convolution: Rule = ({ opType, attributes }, [x, kernel]) => {
  if (x?.dims === undefined || kernel?.dims === undefined) return undefined;
  const list = (name: string): readonly number[] => attributes.get(name)?.numbers ?? [];
  const group = attributes.get('group')?.integer ?? 1;
  const isTransposed = opType === 'ConvTranspose';
  const [pads, strides, dilations] = [list('pads'), list('strides'), list('dilations')];
  const axes = x.dims.length - 2;
  const spatial = x.dims.slice(2).map((dim, i) => {
    const reach = ((kernel.dims?.[i + 2] ?? 1) - 1) * (dilations[i] ?? 1) + 1;
    const padding = (pads[i] ?? 0) + (pads[i + axes] ?? 0);
    const stride = Math.max(1, strides[i] ?? 1);
    const given = list('output_shape')[i];
    return isTransposed
      ? (given ?? (dim - 1) * stride + reach - padding + (list('output_padding')[i] ?? 0))
      : Math.floor((dim + padding - reach) / stride) + 1;
  });
  const channels = isTransposed ? (kernel.dims[1] ?? 1) * group : (kernel.dims[0] ?? 1);
  return [x.dims[0] ?? 1, channels, ...atLeast(spatial)];
};

const named = (names: string, rule: Rule): [string, Rule][] => names.split(' ').map((name) => [name, rule]);

export const sizeRules: ReadonlyMap<string, Rule> = new Map([
  ...named(
    'Abs BatchNormalization Cast Ceil Clip Dropout Elu Erf Exp Floor Gelu HardSigmoid HardSwish Identity ' +
      'InstanceNormalization LayerNormalization LeakyRelu Log LogSoftmax Neg Not Reciprocal Relu Round Selu ' +
      'Sigmoid Sign Softmax Softplus Sqrt Tanh RandomNormalLike RandomUniformLike EyeLike',
    same,
  ),
  ...named(
    'Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or Pow PRelu',
    broadcast,
  ),
  ...named('Sub Sum Where Xor', broadcast),
  ...named('Resize Upsample', resize),
  ...named('Conv ConvTranspose', convolution),
  ...named('RandomNormal RandomUniform', random),
  ...named('BlackmanWindow HammingWindow HannWindow', window),
  ['Concat', concat],
  ['ConstantOfShape', constantOfShape],
  ['Expand', expand],
  ['Gather', gather],
  ['Gemm', gemm],
  ['MatMul', matMul],
  ['OneHot', oneHot],
  ['Pad', pad],
  ['Range', range],
  ['Reshape', reshape],
  ['Tile', tile],
  ['Transpose', transpose],
  ['Unsqueeze', unsqueeze],
]);
