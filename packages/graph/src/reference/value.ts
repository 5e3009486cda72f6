/**
 * Values inside the interpreter. To keep the operators obvious there are only two kinds of storage: doubles,
 * and 64-bit integers. An operator computes in doubles; `settle` then rounds the result to what its element
 * type can hold, in one place.
 */
import { type DType, type HostTensor } from '@oddpixel/contract';
import { allocate, elementCount } from '@oddpixel/contract/unstable';
import { float16ToNumber, numberToFloat16, roundToFloat16 } from './float16.ts';

/** `float64` keeps the float32 values of a graph in double precision: for checking gradients and rounding errors. */
export type Precision = 'float32' | 'float64';

/** int64 and uint64 values are held as BigInt64Array once settled; all others as doubles, which hold them exactly. */
export interface Value {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly data: Float64Array | BigInt64Array;
}

/** Element `index`, which the caller knows to exist. */
export function at(data: Float64Array, index: number): number {
  return data[index] as number;
}

/** The elements as doubles. 64-bit integers are exact up to 2^53. */
export function numbers(value: Value): Float64Array {
  return value.data instanceof Float64Array ? value.data : Float64Array.from(value.data, Number);
}

export function isInteger(dtype: DType): boolean {
  return !dtype.startsWith('float') && dtype !== 'bool';
}

/** Rounds, wraps or converts an operator's result to what its element type can hold. */
export function settle(value: Value, precision: Precision): Value {
  const { dtype, dims, data } = value;
  if (data.length !== elementCount(dims)) {
    throw new RangeError(`${data.length} elements computed for [${dims.join(',')}]`);
  }
  if (data instanceof BigInt64Array) return value;
  switch (dtype) {
    case 'float64':
      return value;
    case 'float32':
      return precision === 'float64' ? value : { ...value, data: data.map(Math.fround) };
    case 'float16':
      return { ...value, data: data.map(roundToFloat16) };
    case 'bool':
      return { ...value, data: data.map((element) => (element === 0 ? 0 : 1)) };
    case 'int64':
    case 'uint64':
      return { ...value, data: BigInt64Array.from(data, toBigInt) };
    default: {
      const stored = allocate(dtype, data.length) as Int32Array;
      stored.set(data);
      return { ...value, data: Float64Array.from(stored) };
    }
  }
}

/** A value from outside. The data is copied, so that nothing here can change a caller's tensor. */
export function fromTensor(tensor: HostTensor): Value {
  const { dtype, dims, data } = tensor;
  if (data instanceof BigInt64Array) return { dtype, dims, data: data.slice() };
  if (data instanceof BigUint64Array) return { dtype, dims, data: BigInt64Array.from(data) };
  if (dtype === 'float16') return { dtype, dims, data: Float64Array.from(data, float16ToNumber) };
  return { dtype, dims, data: Float64Array.from(data) };
}

/** A tensor for the outside. With `dtype` given, the value is stored as that type instead of its own. */
export function toTensor(value: Value, dtype: DType = value.dtype): HostTensor {
  const { dims, data } = value;
  if (dtype === 'uint64')
    return { location: 'host', dtype, dims, data: BigUint64Array.from(data as BigInt64Array) };
  if (data instanceof BigInt64Array) return { location: 'host', dtype, dims, data: data.slice() };
  const stored = allocate(dtype, data.length) as Float64Array;
  stored.set(dtype === 'float16' ? data.map(numberToFloat16) : data);
  return { location: 'host', dtype, dims, data: stored };
}

/** Truncates; what does not fit becomes the nearest end of the range, and NaN becomes 0. */
function toBigInt(element: number): bigint {
  if (Number.isNaN(element)) return 0n;
  if (element >= 2 ** 63) return 2n ** 63n - 1n;
  if (element <= -(2 ** 63)) return -(2n ** 63n);
  return BigInt(Math.trunc(element));
}
