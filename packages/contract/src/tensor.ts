/**
 * Tensors: plain data on the host, or a handle to data that stays on a device.
 *
 * Letters used for shapes everywhere: `N` batch, `C` channels, `H` height, `W` width,
 * `P` patch positions (grid height × grid width), `D` feature dimensions, `M` rows of a memory bank.
 */
import { TensorMismatchError } from './errors.ts';

/** How each element type is held on the host. `float16` is held as its 16 bits. */
export interface DTypeArrays {
  float32: Float32Array;
  float64: Float64Array;
  float16: Uint16Array;
  int8: Int8Array;
  uint8: Uint8Array;
  int16: Int16Array;
  uint16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  /** 0 is false, 1 is true. */
  bool: Uint8Array;
}

export type DType = keyof DTypeArrays;

/** All element types. */
export const allDTypes: readonly DType[] = [
  'float32',
  'float64',
  'float16',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
];

/** Data on the host, row-major. `data.length` equals the product of `dims`; a scalar has `dims: []`. */
export interface HostTensor<T extends DType = DType> {
  readonly location: 'host';
  readonly dtype: T;
  readonly dims: readonly number[];
  readonly data: DTypeArrays[T];
}

/** Data on a backend's device. Valid only for sessions of the backend that made it. */
export interface DeviceTensor {
  /** Names the device, for example `gpu`; never `host`. */
  readonly location: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
  /** Copies the data to the host. Waits its turn in the device's queue. Throws `DisposedError` after `dispose`. */
  read(): Promise<HostTensor>;
  /** Releases the memory. Idempotent. */
  dispose(): void;
}

export type Tensor = HostTensor | DeviceTensor;

/** True for data that is on the host and can be read synchronously. */
export function isHostTensor(tensor: Tensor): tensor is HostTensor {
  return tensor.location === 'host';
}

/** Number of elements of a shape: the product of its dimensions, 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  let count = 1;
  for (const dim of dims) count *= dim;
  return count;
}

/** Creates an array of zeros for `count` elements of the given type. */
export function allocate<T extends DType>(dtype: T, count: number): DTypeArrays[T] {
  return new arrayTypes[dtype](count) as DTypeArrays[T];
}

/**
 * A host tensor over `data`, which is not copied.
 *
 * @throws TensorMismatchError when `data` does not hold exactly the elements that `dims` asks for, or is of another array type.
 */
export function hostTensor<T extends DType>(
  dtype: T,
  dims: readonly number[],
  data: DTypeArrays[T],
): HostTensor<T> {
  const expected = elementCount(dims);
  if (!(data instanceof arrayTypes[dtype]) || data.length !== expected) {
    throw new TensorMismatchError({
      name: 'data',
      expected: `${arrayTypes[dtype].name} of ${expected} elements for ${describeTensor({ dtype, dims })}`,
      received: `${data.constructor.name} of ${data.length} elements`,
      fix: 'Pass data that matches dims and dtype.',
    });
  }
  return { location: 'host', dtype, dims, data };
}

/** `float32 [1,3,256,320]`, as used in messages. Unknown dimensions may be names. */
export function describeTensor(tensor: { dtype: DType; dims: readonly (number | string)[] }): string {
  return `${tensor.dtype} [${tensor.dims.join(',')}]`;
}

/** Bytes per element of each type. */
export function bytesPerElement(dtype: DType): number {
  return arrayTypes[dtype].BYTES_PER_ELEMENT;
}

const arrayTypes = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

/** Whether no value is NaN or infinite: by whole numbers, eight at once and without a branch, since maps have many pixels. */
export function allFinite(values: Float32Array): boolean {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let sign = 0;
  let i = 0;
  for (; i + 8 <= bits.length; i += 8) {
    const first = overflow(bits[i]) | overflow(bits[i + 1]) | overflow(bits[i + 2]) | overflow(bits[i + 3]);
    const last =
      overflow(bits[i + 4]) | overflow(bits[i + 5]) | overflow(bits[i + 6]) | overflow(bits[i + 7]);
    sign |= first | last;
  }
  for (; i < bits.length; i++) sign |= overflow(bits[i]);
  return sign >= 0;
}

/** With its sign bit set for the bits of NaN or infinity, whose exponent is all ones, and for no others. */
function overflow(bits: number | undefined): number {
  return (((bits as number) & 0x7fffffff) + 0x00800000) | 0;
}
