/** Between the contract's tensors and those of ONNX Runtime, without copying. */
import { hostTensor, type DType, type HostTensor } from '@oddpixel/contract';
import type { OrtEngine, OrtTensor } from './engine.ts';

/** Newer engines hold float16 in an array type of its own; the contract holds its bits. */
const float16Array:
  (new (buffer: ArrayBufferLike, offset: number, length: number) => ArrayBufferView) | undefined =
  Reflect.get(globalThis, 'Float16Array');

export function toOrt({ dtype, dims, data }: HostTensor, { Tensor }: OrtEngine): OrtTensor {
  const held =
    dtype === 'float16' && float16Array !== undefined
      ? new float16Array(data.buffer, data.byteOffset, data.length)
      : data;
  return new Tensor(dtype as 'float32', held as Float32Array, dims);
}

export function fromOrt(tensor: OrtTensor): HostTensor {
  const { data } = tensor;
  const dtype = tensor.type as DType;
  const held =
    dtype === 'float16' && !(data instanceof Uint16Array) && ArrayBuffer.isView(data)
      ? new Uint16Array(data.buffer, data.byteOffset, tensor.size)
      : data;
  return hostTensor(dtype, tensor.dims, held as Uint16Array);
}
