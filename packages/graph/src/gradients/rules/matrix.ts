/** Matrix products: for `Y = A · B`, the gradient of `A` is `G · Bᵀ`, that of `B` is `Aᵀ · G`. */
import { gemm, matmul, mul, reshape, transpose, unsqueeze } from '../../builder/index.ts';
import type { Value } from '../../builder/index.ts';
import type { Dim } from '../../types/rule.ts';
import { broadcast } from '../elementwise.ts';
import type { GradientRule } from '../rule.ts';
import { reshapeLike, sumToInput } from '../shapes.ts';

/** The last two axes exchanged. */
function transposed(x: Value): Value {
  const axes = x.dims.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/** All axes but the last, which has `width` elements, as one. */
const rows = (x: Value, width: Dim | undefined): Value =>
  x.dims.length === 2 ? x : reshape(x, [-1, Number(width)]);

const matMul: GradientRule = (view) => {
  const [a, b] = [view.input(0), view.input(1)];
  // A vector counts as one row on the left and one column on the right.
  const left = a.dims.length === 1 ? unsqueeze(a, [0]) : a;
  const right = b.dims.length === 1 ? unsqueeze(b, [1]) : b;
  const gradient = (): Value => {
    const columns = b.dims.length === 1 ? unsqueeze(view.gradient, [-1]) : view.gradient;
    return a.dims.length === 1 ? unsqueeze(columns, [-2]) : columns;
  };
  const isMatrix = b.dims.length === 2 && a.dims.length >= 2;
  const areRowsKnown = [a.dims.at(-1), b.dims.at(-1)].every((dim) => typeof dim === 'number');
  return [
    () => {
      if (isMatrix && a.dims.length === 2) return gemm(view.gradient, b, undefined, { transposeB: true });
      return fit(matmul(gradient(), transposed(right)), a, left);
    },
    () => {
      // One product over all rows instead of one per matrix and a sum.
      if (isMatrix && areRowsKnown) {
        const [from, to] = [rows(a, a.dims.at(-1)), rows(view.gradient, b.dims.at(-1))];
        return gemm(from, to, undefined, { transposeA: true });
      }
      return fit(matmul(transposed(left), gradient()), b, right);
    },
  ];
};

/** Leading axes that were broadcast are summed; the axis that a vector got is taken away. */
function fit(gradient: Value, input: Value, widened: Value): Value {
  return reshapeLike(sumToInput(gradient, gradient, widened), input);
}

/** `Y = alpha · A' · B' + beta · C`, where `'` is an optional transposition. */
const gemmRule: GradientRule = (view) => {
  const [a, b] = [view.input(0), view.input(1)];
  const transposeA = view.int('transA', 0) === 1;
  const transposeB = view.int('transB', 0) === 1;
  const alpha = view.float('alpha', 1);
  const product = (x: Value, transposeX: boolean, z: Value, transposeZ: boolean): Value =>
    gemm(x, z, undefined, { alpha, transposeA: transposeX, transposeB: transposeZ });
  return [
    () =>
      transposeA
        ? product(b, transposeB, view.gradient, true)
        : product(view.gradient, false, b, !transposeB),
    () =>
      transposeB
        ? product(view.gradient, true, a, transposeA)
        : product(a, !transposeA, view.gradient, false),
    broadcast(view, 2, () => {
      const beta = view.float('beta', 1);
      return beta === 1 ? view.compactGradient : mul(view.compactGradient, beta);
    }),
  ];
};

export const matrixRules: Readonly<Record<string, GradientRule>> = { MatMul: matMul, Gemm: gemmRule };
