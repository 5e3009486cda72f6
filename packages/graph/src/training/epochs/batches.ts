/** An epoch's items in batches. */
import { hostTensor, TensorMismatchError, type HostTensor, type Random } from '@oddpixel/contract';
import { describeTensor } from '@oddpixel/contract/unstable';

/**
 * Every item once, in random order, in as few batches as possible of at most `size`. Their sizes differ by one at most:
 * a last batch of one or two would have statistics of its own.
 */
export function shuffledBatches<T>(items: readonly T[], size: number, random: Random): T[][] {
  const order = random.shuffled(items);
  const count = Math.ceil(order.length / size);
  const edge = (index: number): number => Math.floor((index * order.length) / count);
  return Array.from({ length: count }, (_, index) => order.slice(edge(index), edge(index + 1)));
}

/**
 * Tensors of one shape `[…]` as one tensor `[N, …]`.
 *
 * @throws TensorMismatchError if there is none, or one has another shape than the first.
 */
export function stackTensors(tensors: readonly HostTensor<'float32'>[]): HostTensor<'float32'> {
  const [first] = tensors;
  const other = tensors.find(({ dims }) => dims.join() !== first?.dims.join());
  if (first === undefined || other !== undefined) {
    throw new TensorMismatchError({
      name: 'tensors',
      expected: first === undefined ? 'at least one tensor' : `only ${describeTensor(first)}`,
      received: other === undefined ? 'none' : describeTensor(other),
    });
  }
  const data = new Float32Array(tensors.length * first.data.length);
  tensors.forEach((tensor, index) => data.set(tensor.data, index * first.data.length));
  return hostTensor('float32', [tensors.length, ...first.dims], data);
}
