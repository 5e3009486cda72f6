/** Cholesky factors of small symmetric matrices, in float64. */

/**
 * The inverse of the Cholesky factor: `W = L⁻¹` with `A = L·Lᵀ`, so that `|W·x|² = xᵀ·A⁻¹·x`.
 *
 * @param matrix `[D, D]`, symmetric positive definite.
 * @returns `[D, D]`, lower triangular, or `undefined` when the matrix is not positive definite.
 */
export function inverseCholesky(matrix: ArrayLike<number>, size: number): Float64Array | undefined {
  const factor = new Float64Array(size * size);
  const at = (row: number, column: number): number => factor[row * size + column] as number;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j] as number;
      for (let k = 0; k < j; k++) sum -= at(i, k) * at(j, k);
      if (i !== j) factor[i * size + j] = sum / at(j, j);
      else if (sum > 0) factor[i * size + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    for (let i = column; i < size; i++) {
      let sum = i === column ? 1 : 0;
      for (let k = column; k < i; k++) sum -= at(i, k) * (inverse[k * size + column] as number);
      inverse[i * size + column] = sum / at(i, i);
    }
  }
  return inverse;
}
