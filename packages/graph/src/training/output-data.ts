/** The float32 data of one output of a run. */
import { BackendError, isHostTensor, type Tensor } from '@oddpixel/contract';

/** @throws BackendError if the output is missing, not float32, or not on the host although nothing was kept on the device. */
export function outputData(outputs: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  const tensor = outputs[name];
  if (tensor !== undefined && isHostTensor(tensor) && tensor.data instanceof Float32Array) return tensor.data;
  throw new BackendError({
    backend: 'training',
    operation: `deliver \`${name}\` as float32 on the host`,
    reason: tensor === undefined ? 'it is missing' : `it is ${tensor.dtype} on ${tensor.location}`,
  });
}
