/**
 * Grouped convolutions that ONNX Runtime 1.30 computes wrongly on WebGPU, written without groups: the kernel is filled
 * up with zeros, so that every output sees all channels and takes nothing from those of other groups. Costs a factor of
 * the number of groups, and only in the two forms that need it.
 */
import { mul, reshape, type Value } from '../builder/index.ts';
import { constantLike } from './shapes.ts';

export interface GroupedKernel {
  readonly kernel: Value;
  readonly group: number;
}

/** For a convolution: wrong with 5 and more outputs per group that are not a multiple of 4. */
export function forConv(kernel: Value, group: number): GroupedKernel {
  const outputsPerGroup = Number(kernel.dims[0]) / group;
  return outputsPerGroup > 4 && outputsPerGroup % 4 !== 0 ? filled(kernel, group) : { kernel, group };
}

/** For a transposed convolution: wrong with one output and a multiple of 4 inputs per group. */
export function forConvTranspose(kernel: Value, group: number): GroupedKernel {
  const inputsPerGroup = Number(kernel.dims[0]) / group;
  return kernel.dims[1] === 1 && inputsPerGroup % 4 === 0 ? filled(kernel, group) : { kernel, group };
}

/** `[A, B/G, …]` → `[A, B, …]`: blocks on the diagonal, zeros elsewhere. */
function filled(kernel: Value, group: number): GroupedKernel {
  if (group === 1) return { kernel, group };
  const [rows, columns, ...size] = kernel.dims.map(Number) as [number, number, ...number[]];
  const count = size.reduce((a, b) => a * b, 1);
  const diagonal = new Float32Array(group * group);
  for (let i = 0; i < group; i++) diagonal[i * group + i] = 1;
  const blocks = mul(
    reshape(kernel, [group, rows / group, 1, columns * count]),
    constantLike(kernel, [group, 1, group, 1], diagonal),
  );
  return { kernel: reshape(blocks, [rows, group * columns, ...size]), group: 1 };
}
