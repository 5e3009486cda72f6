/**
 * What a graph returned, checked before it becomes a result: one score and one map per image, all of them finite.
 * A comparison with NaN is false, so an unchecked one would pass as a good image.
 */
import {
  isHostTensor,
  ModelFormatError,
  ResultError,
  type HostTensor,
  type PreprocessedSample,
  type Tensor,
} from '@oddpixel/contract';
import { allFinite, describeTensor } from '@oddpixel/contract/unstable';

/**
 * The values of an output whose dims are `dims`, but for dims of 1: `[N, 1]` is as good as `[N]`.
 *
 * @throws ModelFormatError if the output is missing or has another type or shape.
 */
export async function outputValues(
  tensor: Tensor | undefined,
  name: string,
  dims: readonly number[],
): Promise<Float32Array> {
  if (tensor === undefined)
    throw new ModelFormatError({ where: 'graph outputs', problem: `\`${name}\` was not returned` });
  const host = isHostTensor(tensor) ? tensor : await tensor.read();
  if (!isHostTensor(tensor)) tensor.dispose();
  const size = dims.reduce((a, b) => a * b, 1);
  if (!isFloat32(host) || longDims(host.dims) !== longDims(dims) || host.data.length !== size) {
    throw new ModelFormatError({
      where: `output \`${name}\``,
      problem: `expected float32 [${dims.join(',')}] for a batch of ${dims[0]}, received ${describeTensor(host)}`,
      fix: 'The first dimension must be the number of images.',
    });
  }
  return host.data;
}

/** @throws ResultError if the score or a value of the map is NaN or infinite. */
export function checkFinite(sample: PreprocessedSample, score: number, map: Float32Array): void {
  if (Number.isFinite(score) && allFinite(map)) return;
  const odd = Number.isFinite(score) ? map.find((value) => !Number.isFinite(value)) : score;
  const { imageId } = sample;
  const gray = allFinite(sample.image.data)
    ? `its preprocessed values reach from ${extreme(sample.image.data, Math.min)} to ${extreme(sample.image.data, Math.max)}`
    : 'its preprocessed values are not finite themselves';
  throw new ResultError({
    what: imageId === undefined ? 'an image' : `image ${imageId}`,
    problem: `the model's ${Number.isFinite(score) ? 'map holds' : 'score is'} ${String(odd)} (${gray})`,
    imageId,
    fix: 'Check that the gray values of the image lie in the range that the model was trained on; if they do, the model file is damaged: restore or retrain it.',
  });
}

function extreme(values: Float32Array, choose: (a: number, b: number) => number): number {
  return values.reduce((a, b) => choose(a, b));
}

function isFloat32(tensor: HostTensor): tensor is HostTensor<'float32'> {
  return tensor.data instanceof Float32Array;
}

const longDims = (dims: readonly number[]): string => dims.filter((size) => size !== 1).join();
