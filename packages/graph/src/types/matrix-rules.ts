import { broadcast } from './dims.ts';
import type { Dim, Rule } from './rule.ts';

const differ = (a: Dim | undefined, b: Dim | undefined): boolean =>
  typeof a === 'number' && typeof b === 'number' && a !== b;

const matMul: Rule = (context) => {
  const a = context.input(0);
  const b = context.input(1);
  if (a.dims.length === 0 || b.dims.length === 0) context.fail('a scalar cannot be multiplied as a matrix');
  const left = a.dims.length === 1 ? [1, ...a.dims] : a.dims;
  const right = b.dims.length === 1 ? [...b.dims, 1] : b.dims;
  if (differ(left.at(-1), right.at(-2))) context.fail('inner dimensions differ');
  const batch = broadcast(left.slice(0, -2), right.slice(0, -2), context);
  const rows = a.dims.length === 1 ? [] : left.slice(-2, -1);
  const columns = b.dims.length === 1 ? [] : right.slice(-1);
  return [{ dtype: a.dtype, dims: [...batch, ...rows, ...columns] }];
};

const gemm: Rule = (context) => {
  const a = context.input(0);
  const b = context.input(1);
  if (a.dims.length !== 2 || b.dims.length !== 2) context.fail('inputs must be matrices');
  const [rows, inner] = context.int('transA') === 1 ? [a.dims[1], a.dims[0]] : [a.dims[0], a.dims[1]];
  const [depth, columns] = context.int('transB') === 1 ? [b.dims[1], b.dims[0]] : [b.dims[0], b.dims[1]];
  if (differ(inner, depth)) context.fail('inner dimensions differ');
  return [{ dtype: a.dtype, dims: [rows ?? 1, columns ?? 1] }];
};

export const matrixRules: Record<string, Rule> = { MatMul: matMul, Gemm: gemm };
