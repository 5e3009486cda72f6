/** Tensors in ONNX files: many encodings in, one (raw little-endian bytes) out. */
import { ModelFormatError, type DType, type DTypeArrays, type HostTensor } from '@oddpixel/contract';
import { allocate, bytesPerElement } from '@oddpixel/contract/unstable';
import type { ReadLimits } from '../limits.ts';
import { create, DataLocation, TensorProtoSchema, type TensorProto } from './protobuf.ts';
import { typeCodes } from './type-codes.ts';

const typesByCode = new Map<number, DType>(
  Object.entries(typeCodes).map(([dtype, code]) => [code, dtype as DType]),
);

/** @throws ModelFormatError for types that are not in the contract (strings, 8-bit floats, …). */
export function dtypeFromCode(code: number, where: string): DType {
  const dtype = typesByCode.get(code);
  if (dtype === undefined)
    throw new ModelFormatError({ where, problem: `element type ${code} is not supported` });
  return dtype;
}

/** @throws ModelFormatError if dims, type and data do not agree or the data lies in another file. */
export function readTensor(tensor: TensorProto, where: string, limits: ReadLimits): HostTensor {
  if (tensor.dataLocation === DataLocation.EXTERNAL || tensor.externalData.length > 0) {
    throw new ModelFormatError({
      where,
      problem: 'its data lies in another file',
      fix: 'Save the model as one file, with all tensors inside.',
    });
  }
  if (tensor.segment !== undefined)
    throw new ModelFormatError({ where, problem: 'segmented tensors are not supported' });
  const dtype = dtypeFromCode(tensor.dataType, where);
  const dims = readDims(tensor.dims, where, limits);
  const count = dims.reduce((product, dim) => product * dim, 1);
  return { location: 'host', dtype, dims, data: readData(tensor, dtype, count, where) };
}

function readDims(dims: readonly bigint[], where: string, limits: ReadLimits): number[] {
  if (dims.length > limits.maxRank)
    throw new ModelFormatError({ where, problem: `${dims.length} dimensions` });
  let count = 1n;
  for (const dim of dims) {
    if (dim < 0n) throw new ModelFormatError({ where, problem: `negative dimension ${dim}` });
    count *= dim;
    if (count > BigInt(limits.maxElements) || dim > BigInt(limits.maxElements)) {
      throw new ModelFormatError({ where, problem: `more than ${limits.maxElements} elements` });
    }
  }
  return dims.map(Number);
}

function readData(tensor: TensorProto, dtype: DType, count: number, where: string): DTypeArrays[DType] {
  const { rawData } = tensor;
  const expect = (received: number): void => {
    if (received !== count) {
      throw new ModelFormatError({
        where,
        problem: `dims ask for ${count} elements, the data holds ${received}`,
      });
    }
  };
  if (rawData.length > 0) {
    expect(rawData.length / bytesPerElement(dtype));
    const data = allocate(dtype, count);
    new Uint8Array(data.buffer).set(rawData);
    return data;
  }
  if (dtype === 'float32') return fill(tensor.floatData);
  if (dtype === 'float64') return fill(tensor.doubleData);
  if (dtype === 'int64') return fillBig(tensor.int64Data);
  if (dtype === 'uint64') return fillBig(tensor.uint64Data);
  // uint32 has a field of its own width; all smaller types share int32_data.
  return dtype === 'uint32' ? fill(tensor.uint64Data.map(Number)) : fill(tensor.int32Data);

  function fill(values: readonly number[]): DTypeArrays[DType] {
    expect(values.length);
    const data = allocate(dtype, count) as Exclude<DTypeArrays[DType], BigInt64Array | BigUint64Array>;
    data.set(values);
    return data;
  }
  function fillBig(values: readonly bigint[]): DTypeArrays[DType] {
    expect(values.length);
    const data = allocate(dtype, count) as BigInt64Array;
    data.set(values);
    return data;
  }
}

/** The tensor as a message: its bytes, little-endian. */
export function writeTensor(name: string, tensor: HostTensor): TensorProto {
  const { data } = tensor;
  return create(TensorProtoSchema, {
    name,
    dims: tensor.dims.map(BigInt),
    dataType: typeCodes[tensor.dtype],
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  });
}
