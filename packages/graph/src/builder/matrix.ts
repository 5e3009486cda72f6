/** Matrix products. */
import type { Value } from './graph-builder.ts';
import { only } from './operand.ts';

/** `a · b` over the last two axes; leading axes broadcast. */
export function matmul(a: Value, b: Value): Value {
  return only(a.builder.node('MatMul', [a, b]));
}

export interface GemmOptions {
  readonly alpha?: number;
  readonly beta?: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** `alpha · a · b + beta · c` for matrices; `c` broadcasts to the result. */
export function gemm(a: Value, b: Value, c?: Value, options: GemmOptions = {}): Value {
  const { alpha = 1, beta = 1, transposeA = false, transposeB = false } = options;
  return only(
    a.builder.node('Gemm', c === undefined ? [a, b] : [a, b, c], {
      alpha: { kind: 'float', value: alpha },
      beta: { kind: 'float', value: beta },
      transA: { kind: 'int', value: transposeA ? 1 : 0 },
      transB: { kind: 'int', value: transposeB ? 1 : 0 },
    }),
  );
}
