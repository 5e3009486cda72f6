/** What a constant is given as, as a tensor. */
import { hostTensor, type HostTensor } from '@oddpixel/contract';

/** A tensor stays itself; a number becomes a float32 scalar, a list a float32 vector. */
export function constantTensor(value: HostTensor | number | readonly number[]): HostTensor {
  if (typeof value === 'number') return hostTensor('float32', [], Float32Array.of(value));
  if ('location' in value) return value;
  return hostTensor('float32', [value.length], Float32Array.from(value));
}
