import { integers, normalizeAxis } from './dims.ts';
import type { Dim, Rule } from './rule.ts';

const reduce: Rule = (context) => {
  const x = context.input(0);
  const rank = x.dims.length;
  const given = context.ints('axes') ?? integers(context.constant(1));
  if (given === undefined && context.has(1)) context.fail('axes must be constant');
  const noop = context.int('noop_with_empty_axes') === 1;
  const axes =
    given === undefined || given.length === 0 ? (noop ? [] : x.dims.map((_, axis) => axis)) : given;
  const reduced = new Set(axes.map((axis) => normalizeAxis(axis, rank, context)));
  return [{ dtype: x.dtype, dims: drop(x.dims, reduced, context.int('keepdims') !== 0) }];
};

const arg: Rule = (context) => {
  const x = context.input(0);
  const axis = normalizeAxis(context.int('axis') ?? 0, x.dims.length, context);
  return [{ dtype: 'int64', dims: drop(x.dims, new Set([axis]), context.int('keepdims') !== 0) }];
};

function drop(dims: readonly Dim[], axes: ReadonlySet<number>, keep: boolean): Dim[] {
  return keep
    ? dims.map((dim, axis) => (axes.has(axis) ? 1 : dim))
    : dims.filter((_, axis) => !axes.has(axis));
}

const names =
  'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSumExp ReduceLogSum';

export const reductionRules: Record<string, Rule> = {
  ...Object.fromEntries(names.split(' ').map((name) => [name, reduce])),
  ArgMin: arg,
  ArgMax: arg,
};
