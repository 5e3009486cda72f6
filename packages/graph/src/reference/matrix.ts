/** Matrix products. */
import { broadcastDims, broadcastTo, permute } from './indexing.ts';
import { floatAttribute, input, intAttribute, invalid } from './operator.ts';
import type { OperatorCall, OperatorTable } from './operator.ts';
import { at, numbers } from './value.ts';
import type { Value } from './value.ts';

export const matrix: OperatorTable = {
  /** `[…, M, K] × […, K, N] → […, M, N]`, batch axes broadcast; a vector counts as one row or one column. */
  MatMul: (call) => {
    const [a, b] = [input(call, 0), input(call, 1)];
    if (a.dims.length === 0 || b.dims.length === 0) throw invalid(call, 'a scalar is not a matrix');
    const left = a.dims.length === 1 ? withDims(a, [1, ...a.dims]) : a;
    const right = b.dims.length === 1 ? withDims(b, [...b.dims, 1]) : b;
    const batch = broadcastDims(call, left.dims.slice(0, -2), right.dims.slice(0, -2));
    const product = multiply(
      call,
      broadcastTo(left, [...batch, ...left.dims.slice(-2)]),
      broadcastTo(right, [...batch, ...right.dims.slice(-2)]),
    );
    const matrixDims = product.dims.slice(-2).filter((_, i) => (i === 0 ? a : b).dims.length > 1);
    return withDims(product, [...batch, ...matrixDims]);
  },

  /** `alpha · A' · B' + beta · C`, where `'` is an optional transposition. */
  Gemm: (call) => {
    const [alpha, beta] = [floatAttribute(call, 'alpha', 1), floatAttribute(call, 'beta', 1)];
    const a = intAttribute(call, 'transA', 0) ? permute(input(call, 0), [1, 0]) : input(call, 0);
    const b = intAttribute(call, 'transB', 0) ? permute(input(call, 1), [1, 0]) : input(call, 1);
    const product = multiply(call, a, b);
    const c = call.inputs[2];
    const added = c === undefined ? undefined : numbers(broadcastTo(c, product.dims));
    const data = numbers(product).map((x, i) => alpha * x + (added === undefined ? 0 : beta * at(added, i)));
    return { ...product, data };
  },
};

/** `[batch…, M, K] × [batch…, K, N] → [batch…, M, N]` with equal batch axes. */
function multiply(call: OperatorCall, a: Value, b: Value): Value {
  const [rows, inner] = a.dims.slice(-2) as [number, number];
  const [innerOfB, columns] = b.dims.slice(-2) as [number, number];
  if (inner !== innerOfB) {
    throw invalid(call, `cannot multiply [${a.dims.join(',')}] by [${b.dims.join(',')}]`);
  }
  const batch = a.dims.slice(0, -2);
  const batches = batch.reduce((count, size) => count * size, 1);
  const [left, right] = [numbers(a), numbers(b)];
  const data = new Float64Array(batches * rows * columns);
  for (let n = 0; n < batches; n++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          sum += at(left, (n * rows + row) * inner + k) * at(right, (n * inner + k) * columns + column);
        }
        data[(n * rows + row) * columns + column] = sum;
      }
    }
  }
  return { dtype: a.dtype, dims: [...batch, rows, columns], data };
}

function withDims(value: Value, dims: readonly number[]): Value {
  return { ...value, dims };
}
