/** Operators that change or report a shape, or repeat elements to fill one. */
import { elementCount } from '@oddpixel/contract/unstable';
import { axisOf, broadcastDims, broadcastTo } from './indexing.ts';
import { input, intAttribute, intsAttribute, invalid, numbersInput } from './operator.ts';
import type { OperatorCall, OperatorTable } from './operator.ts';
import type { Value } from './value.ts';

export const shape: OperatorTable = {
  Identity: (call) => input(call, 0),
  /** Only inference is known: nothing is dropped. */
  Dropout: (call) => {
    const x = input(call, 0);
    return [x, { dtype: 'bool', dims: x.dims, data: new Float64Array(elementCount(x.dims)).fill(1) }];
  },

  Reshape: (call) => {
    const x = input(call, 0);
    const allowZero = intAttribute(call, 'allowzero', 0) === 1;
    const wanted = requiredNumbers(call, 1).map((size, axis) =>
      size === 0 && !allowZero ? (x.dims[axis] ?? 0) : size,
    );
    const known = elementCount(wanted.filter((size) => size !== -1));
    const dims = wanted.map((size) => (size === -1 ? elementCount(x.dims) / known : size));
    return reshaped(call, x, dims);
  },
  Flatten: (call) => {
    const x = input(call, 0);
    const axis = intAttribute(call, 'axis', 1);
    const split = axis < 0 ? axis + x.dims.length : axis;
    return reshaped(call, x, [elementCount(x.dims.slice(0, split)), elementCount(x.dims.slice(split))]);
  },
  Squeeze: (call) => {
    const x = input(call, 0);
    const axes = (intsAttribute(call, 'axes') ?? numbersInput(call, 1))?.map((axis) =>
      axisOf(call, axis, x.dims.length),
    );
    const dims = x.dims.filter((size, axis) => (axes === undefined ? size !== 1 : !axes.includes(axis)));
    return reshaped(call, x, dims);
  },
  Unsqueeze: (call) => {
    const x = input(call, 0);
    const given = intsAttribute(call, 'axes') ?? requiredNumbers(call, 1);
    const rank = x.dims.length + given.length;
    const axes = given.map((axis) => axisOf(call, axis, rank));
    const sizes = [...x.dims];
    const dims = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (sizes.shift() ?? 1)));
    return reshaped(call, x, dims);
  },

  Shape: (call) => {
    const { dims } = input(call, 0);
    const end = intAttribute(call, 'end', dims.length);
    const part = dims.slice(intAttribute(call, 'start', 0), end);
    return { dtype: 'int64', dims: [part.length], data: Float64Array.from(part) };
  },
  Size: (call) => ({ dtype: 'int64', dims: [], data: Float64Array.of(elementCount(input(call, 0).dims)) }),

  Expand: (call) => {
    const x = input(call, 0);
    return broadcastTo(x, broadcastDims(call, x.dims, requiredNumbers(call, 1)));
  },
};

export function requiredNumbers(call: OperatorCall, index: number): readonly number[] {
  const list = numbersInput(call, index);
  if (list === undefined) throw invalid(call, `input ${index} is missing`);
  return list;
}

function reshaped(call: OperatorCall, value: Value, dims: readonly number[]): Value {
  if (elementCount(dims) !== elementCount(value.dims)) {
    throw invalid(call, `[${value.dims.join(',')}] cannot become [${dims.join(',')}]`);
  }
  return { ...value, dims };
}
