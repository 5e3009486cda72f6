/** Cholesky factors of small symmetric matrices, in float64. */

/**
 * The inverse of the Cholesky factor: `W = L⁻¹` with `A = L·Lᵀ`, so that `|W·x|² = xᵀ·A⁻¹·x`.
 *
 * @param matrix `[D, D]`, symmetric positive definite.
 * @returns `[D, D]`, lower triangular, or `undefined` if the matrix is not positive definite.
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
  // Row by row: row i of the inverse follows from the rows above it.
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const start = i * size;
    inverse[start + i] = 1;
    for (let k = 0; k < i; k++) {
      const weight = at(i, k);
      for (let c = 0; c <= k; c++) {
        inverse[start + c] = (inverse[start + c] as number) - weight * (inverse[k * size + c] as number);
      }
    }
    for (let c = 0; c <= i; c++) inverse[start + c] = (inverse[start + c] as number) / at(i, i);
  }
  return inverse;
}
