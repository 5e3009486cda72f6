/**
 * The memory head (PatchCore: Roth et al. 2022): the farther a patch is from the nearest stored patch of good images,
 * the more anomalous it is. Distances are one MatMul and one ReduceMin per part of the bank, since
 * `|a − b|² = |a|² + |b|² − 2ab`.
 */
import { hostTensor, ModelFormatError } from '@oddpixel/contract';
import {
  type Graph,
  type GraphBuilder,
  type Value,
  add,
  div,
  matmul,
  minimum,
  mul,
  reduceMin,
  reduceSum,
  relu,
  sqrt,
  square,
} from '@oddpixel/graph';

/** Rows of one part: a batch of 8 images of 1,024 patches then compares 32 MB at a time. */
const bankPartRows = 1024;

/** Parts of a bank as values of a graph: `rows` `[D, m]`, `norms` `[m]` = squared length of each row. */
export interface BankPart {
  readonly rows: Value;
  readonly norms: Value;
}

/** Writes the rows `[M, D]` into a graph, in parts. */
export function bankConstants(g: GraphBuilder, bank: Float32Array, dims: number): BankPart[] {
  const parts: BankPart[] = [];
  for (let first = 0; first * dims < bank.length; first += bankPartRows) {
    const part = bank.subarray(first * dims, (first + bankPartRows) * dims);
    const count = part.length / dims;
    const rows = new Float32Array(part.length);
    for (let row = 0; row < count; row++) {
      for (let d = 0; d < dims; d++) rows[d * count + row] = part[row * dims + d] as number;
    }
    parts.push({
      rows: g.constant(hostTensor('float32', [dims, count], rows), `${rowsName}${parts.length}`),
      norms: g.constant(
        hostTensor('float32', [count], squaredNorms(part, dims)),
        `${normsName}${parts.length}`,
      ),
    });
  }
  return parts;
}

const rowsName = 'memory/rows_';
const normsName = 'memory/norms_';

/** Below this share of a patch's own squared length a squared distance is mostly rounding. */
const roundingShare = 6.4e-5;

/**
 * Distance of patches `[N, P, D]` to the nearest row of the bank: `[N, P]`.
 *
 * For a patch that is remembered as it is, as those of a plain background are, the squared distance is a rounding
 * error, which differs from device to device and which a root would make large. So it is d² / √(d² + c) with c tiny:
 * near 0 as smooth as d², and d itself (within 1e-3 of it) from a fifth of a patch’s length on.
 */
export function nearestDistance(patches: Value, bank: readonly BankPart[]): Value {
  const doubled = mul(patches, -2);
  const nearest = bank
    .map(({ rows, norms }) => reduceMin(add(matmul(doubled, rows), norms), [2]))
    .reduce((a, b) => minimum(a, b));
  const length = reduceSum(square(patches), [2]);
  // Rounding goes below 0: Relu before Sqrt. The last number keeps 0 / 0 away.
  const squared = relu(add(nearest, length));
  return div(squared, sqrt(add(add(squared, mul(length, roundingShare)), 1e-30)));
}

/** Squared length of each row of `[M, D]`. */
function squaredNorms(rows: Float32Array, dims: number): Float32Array {
  return Float32Array.from({ length: rows.length / dims }, (_, row) => {
    let sum = 0;
    for (let d = row * dims; d < (row + 1) * dims; d++) sum += (rows[d] as number) ** 2;
    return sum;
  });
}

/** The bank `[M, D]` of a trained memory model's graph. @throws ModelFormatError if it has none. */
export function readBank(graph: Graph, dims: number): Float32Array {
  const parts: Float32Array[] = [];
  for (;;) {
    const tensor = graph.initializers.get(`${rowsName}${parts.length}`);
    if (tensor === undefined) break;
    const [height = 0, count = 0] = tensor.dims;
    if (height !== dims || !(tensor.data instanceof Float32Array)) {
      throw new ModelFormatError({
        where: `initializer ${rowsName}${parts.length}`,
        problem: `expected float32 [${dims},M], found ${tensor.dtype} [${tensor.dims.join(',')}]`,
      });
    }
    const rows = new Float32Array(tensor.data.length);
    for (let d = 0; d < dims; d++) {
      for (let row = 0; row < count; row++) rows[row * dims + d] = tensor.data[d * count + row] as number;
    }
    parts.push(rows);
  }
  if (parts.length === 0) {
    throw new ModelFormatError({ where: 'graph', problem: `there is no memory bank (\`${rowsName}0\`)` });
  }
  const bank = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bank.set(part, offset);
    offset += part.length;
  }
  return bank;
}
