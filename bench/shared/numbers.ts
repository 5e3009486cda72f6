/** Seeded tensors, equal on every machine and in every process. */
import { hostTensor, type HostTensor, createRandom } from '@oddpixel/contract';
import { elementCount } from '@oddpixel/contract/unstable';

/** Uniform in −`range`..`range`. */
export function uniform(seed: number, dims: readonly number[], range: number): HostTensor<'float32'> {
  const { next } = createRandom(seed);
  const data = Float32Array.from({ length: elementCount(dims) }, () => (2 * next() - 1) * range);
  return hostTensor('float32', dims, data);
}

/** Every element the same. */
export function filled(dims: readonly number[], value: number): HostTensor<'float32'> {
  return hostTensor('float32', dims, new Float32Array(elementCount(dims)).fill(value));
}
