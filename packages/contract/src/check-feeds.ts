/**
 * Checks what a caller hands to `Session.run`, with the contract's errors. Backends call it before they queue
 * a run, so that a wrong call fails the same way on every device.
 */
import type { ValueInfo } from './backend.ts';
import { ForeignTensorError, TensorMismatchError, UnknownNameError } from './errors.ts';
import { allocate, describeTensor, elementCount, isHostTensor } from './tensor.ts';
import type { DeviceTensor, HostTensor, Tensor } from './tensor.ts';

export interface FeedOwner {
  /** The backend's name, for messages. */
  readonly backend: string;
  /** True for device tensors that this backend made. Default: it makes none, so every device tensor is foreign. */
  readonly owns?: (tensor: DeviceTensor) => boolean;
}

/**
 * Every input is fed, nothing else is, and each feed has the input's dtype and dims (named dims fit any size).
 * A host tensor's data must hold what its dims say. Whether an own device tensor is disposed is for the backend
 * to know.
 *
 * @throws UnknownNameError, TensorMismatchError, ForeignTensorError
 */
export function checkFeeds(
  inputs: readonly ValueInfo[],
  feeds: Readonly<Record<string, Tensor>>,
  owner: FeedOwner,
): void {
  const known = inputs.map((input) => input.name);
  for (const name of Object.keys(feeds)) {
    if (!known.includes(name)) throw new UnknownNameError({ kind: 'input', name, known });
  }
  for (const input of inputs) {
    const feed = Object.hasOwn(feeds, input.name) ? feeds[input.name] : undefined;
    if (feed === undefined) {
      throw new UnknownNameError({ kind: 'input', name: input.name, known, missing: true });
    }
    if (!fits(input, feed)) {
      throw new TensorMismatchError({
        name: input.name,
        expected: describeTensor(input),
        received: describeTensor(feed),
      });
    }
    if (isHostTensor(feed)) {
      checkData(input.name, feed);
    } else if (owner.owns?.(feed) !== true) {
      throw new ForeignTensorError({ name: input.name, owner: feed.location, backend: owner.backend });
    }
  }
}

/**
 * The outputs that a run computes or a session keeps on its device: those asked for, else all.
 *
 * @throws UnknownNameError
 */
export function checkOutputs(
  outputs: readonly ValueInfo[],
  requested: readonly string[] | undefined,
): readonly string[] {
  const known = outputs.map((output) => output.name);
  for (const name of requested ?? []) {
    if (!known.includes(name)) throw new UnknownNameError({ kind: 'output', name, known });
  }
  return requested ?? known;
}

function fits(input: ValueInfo, feed: Tensor): boolean {
  return (
    feed.dtype === input.dtype &&
    feed.dims.length === input.dims.length &&
    input.dims.every((dim, axis) => typeof dim === 'string' || dim === feed.dims[axis])
  );
}

function checkData(name: string, { dtype, dims, data }: HostTensor): void {
  const count = elementCount(dims);
  const arrayType = allocate(dtype, 0).constructor;
  if (data instanceof arrayType && data.length === count) return;
  throw new TensorMismatchError({
    name,
    expected: `${arrayType.name} of ${count} elements for ${describeTensor({ dtype, dims })}`,
    received: `${data.constructor.name} of ${data.length} elements`,
    fix: 'Make tensors with hostTensor(), which checks this.',
  });
}
