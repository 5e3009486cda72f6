/** The size of an axis that weights depend on. */
import { ParameterError } from '@oddpixel/contract';
import { describeTensor } from '@oddpixel/contract/unstable';
import type { Value } from '../../index.ts';

/** @throws ParameterError if the axis has no known size. */
export function channelsOf(x: Value, axis: number = 1): number {
  const size = x.dims.at(axis);
  if (typeof size === 'number') return size;
  throw new ParameterError({
    name: x.name,
    expected: `a value whose size is known at axis ${axis}`,
    received: describeTensor(x),
    fix: 'Only the batch, height and width may have named dimensions.',
  });
}
