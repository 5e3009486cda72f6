/**
 * The directions of largest variance, by block power iteration: multiply a block of vectors with the covariance,
 * make them orthonormal, repeat. Any orthonormal basis of the subspace serves, since distances do not depend on it.
 */
import { hostTensor, type Backend, createRandom } from '@oddpixel/contract';
import { GraphBuilder, matmul, writeGraph } from '@oddpixel/graph';
import { outputData } from '@oddpixel/graph/training';

const iterations = 8;

/**
 * An orthonormal basis of the `dims` leading principal directions.
 *
 * @param covariance `[C, C]`, symmetric.
 * @returns `[dims, C]`, row-major.
 */
export async function principalSubspace(
  covariance: Float64Array,
  channels: number,
  dims: number,
  backend: Backend,
): Promise<Float32Array> {
  const g = new GraphBuilder({ name: 'powerStep' });
  const vectors = g.input('vectors', 'float32', [dims, channels]);
  const matrix = g.constant(hostTensor('float32', [channels, channels], Float32Array.from(covariance)));
  g.output('next', matmul(vectors, matrix));
  const session = await backend.createSession(writeGraph(g.build()));
  const random = createRandom(1);
  try {
    let basis: Float32Array = Float32Array.from({ length: dims * channels }, () => random.next() - 0.5);
    orthonormalize(basis, dims, channels);
    for (let i = 0; i < iterations; i++) {
      basis = Float32Array.from(
        outputData(await session.run({ vectors: hostTensor('float32', [dims, channels], basis) }), 'next'),
      );
      orthonormalize(basis, dims, channels);
    }
    return basis;
  } finally {
    await session.dispose();
  }
}

/** Gram–Schmidt on the rows, each projection taken twice for accuracy. A row without own direction becomes 0. */
function orthonormalize(rows: Float32Array, count: number, length: number): void {
  for (let i = 0; i < count; i++) {
    const row = rows.subarray(i * length, (i + 1) * length);
    const before = Math.sqrt(dot(row, row));
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = rows.subarray(j * length, (j + 1) * length);
        const along = dot(row, other);
        for (let c = 0; c < length; c++) row[c] = (row[c] as number) - along * (other[c] as number);
      }
    }
    const norm = Math.sqrt(dot(row, row));
    // What is left of a dependent row is rounding error, not a direction.
    const factor = norm > 1e-6 * before ? 1 / norm : 0;
    for (let c = 0; c < length; c++) row[c] = (row[c] as number) * factor;
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
