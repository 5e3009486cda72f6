/** Linear maps along one axis by constant matrices: the transposes of resizing and of choosing elements. */
import { matmul, transpose, type Value } from '../builder/index.ts';
import { constantLike } from './shapes.ts';

/** Which inputs one output is made of. */
export type Taps = readonly { readonly index: number; readonly weight: number }[];

/**
 * The transpose of a map along an axis: `[…, outputs, …]` → `[…, inputs, …]`.
 *
 * @param taps for each output, what it was made of.
 */
export function transposeAlong(gradient: Value, axis: number, inputs: number, taps: readonly Taps[]): Value {
  const { dims } = gradient;
  const last = dims.length - 1;
  const matrix = new Float32Array(taps.length * inputs);
  const isSecondLast = axis === last - 1;
  taps.forEach((list, output) => {
    for (const { index, weight } of list) {
      const place = isSecondLast ? index * taps.length + output : output * inputs + index;
      matrix[place] = (matrix[place] ?? 0) + weight;
    }
  });
  // Rows are multiplied from the left, columns from the right; other axes take the place of the last one for a while.
  if (isSecondLast) {
    return matmul(constantLike(gradient, [inputs, taps.length], matrix), gradient);
  }
  const map = constantLike(gradient, [taps.length, inputs], matrix);
  if (axis === last) return matmul(gradient, map);
  const exchanged = dims.map((_, at) => (at === axis ? last : at === last ? axis : at));
  return transpose(matmul(transpose(gradient, exchanged), map), exchanged);
}
