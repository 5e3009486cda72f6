/** Operators that make values or change their element type. */
import { type HostTensor } from '@oddpixel/contract';
import { elementCount } from '@oddpixel/contract/unstable';
import { dtypeFromCode } from '../codec/tensor-codec.ts';
import {
  describeNode,
  floatAttribute,
  input,
  intAttribute,
  intsAttribute,
  invalid,
  tensorAttribute,
  unsupported,
  type OperatorTable,
} from './operator.ts';
import { requiredNumbers } from './shape.ts';
import { at, fromTensor, isInteger, numbers, type Value } from './value.ts';

export const convert: OperatorTable = {
  /** To integers: towards zero. To bool: everything but 0 is true. */
  Cast: (call) => {
    const x = input(call, 0);
    const dtype = dtypeFromCode(intAttribute(call, 'to', 0), describeNode(call.node));
    if (x.data instanceof BigInt64Array && (dtype === 'int64' || dtype === 'uint64')) return { ...x, dtype };
    const values = numbers(x);
    return { ...x, dtype, data: isInteger(dtype) ? values.map(Math.trunc) : values };
  },

  Constant: (call) => {
    const tensor = tensorAttribute(call, 'value');
    if (tensor !== undefined) return fromTensor(tensor);
    const integers = intsAttribute(call, 'value_ints');
    if (integers !== undefined) {
      return { dtype: 'int64', dims: [integers.length], data: Float64Array.from(integers) };
    }
    if ('value_int' in call.node.attributes) {
      return { dtype: 'int64', dims: [], data: Float64Array.of(intAttribute(call, 'value_int', 0)) };
    }
    if ('value_float' in call.node.attributes) {
      return { dtype: 'float32', dims: [], data: Float64Array.of(floatAttribute(call, 'value_float', 0)) };
    }
    throw unsupported(call, 'only tensors, integers and floats are supported');
  },

  ConstantOfShape: (call) => {
    const dims = requiredNumbers(call, 0);
    const zero: HostTensor = { location: 'host', dtype: 'float32', dims: [1], data: Float32Array.of(0) };
    const { dtype, data } = fromTensor(tensorAttribute(call, 'value') ?? zero);
    const count = elementCount(dims);
    return {
      dtype,
      dims,
      data:
        data instanceof BigInt64Array
          ? new BigInt64Array(count).fill(data[0] ?? 0n)
          : new Float64Array(count).fill(data[0] ?? 0),
    };
  },

  /** `start, start + step, …` before `limit`. */
  Range: (call): Value => {
    const [start, limit, step] = [0, 1, 2].map((index) => at(numbers(input(call, index)), 0)) as [
      number,
      number,
      number,
    ];
    if (step === 0) throw invalid(call, 'a step of 0 never ends');
    const count = Math.max(0, Math.ceil((limit - start) / step));
    const data = Float64Array.from({ length: count }, (_, i) => start + i * step);
    return { dtype: input(call, 0).dtype, dims: [count], data };
  },
};
