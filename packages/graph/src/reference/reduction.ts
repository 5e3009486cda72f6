/** Reductions over axes. All of them move the reduced axes last, so that each result comes from one contiguous run. */
import { elementCount } from '@oddpixel/contract/unstable';
import { axisOf, permute } from './indexing.ts';
import { input, intAttribute, intsAttribute, numbersInput } from './operator.ts';
import type { Operator, OperatorCall, OperatorTable } from './operator.ts';
import { at, numbers } from './value.ts';
import type { Value } from './value.ts';

const sum = (run: Float64Array): number => run.reduce((a, b) => a + b, 0);
const sumOf = (run: Float64Array, compute: (x: number) => number): number => sum(run.map(compute));

export const reduction: OperatorTable = {
  ReduceSum: reduce(sum),
  ReduceMean: reduce((run) => sum(run) / run.length),
  ReduceMax: reduce((run) => run.reduce((a, b) => Math.max(a, b), -Infinity)),
  ReduceMin: reduce((run) => run.reduce((a, b) => Math.min(a, b), Infinity)),
  ReduceProd: reduce((run) => run.reduce((a, b) => a * b, 1)),
  ReduceL1: reduce((run) => sumOf(run, Math.abs)),
  ReduceL2: reduce((run) => Math.sqrt(sumOf(run, (x) => x * x))),
  ReduceSumSquare: reduce((run) => sumOf(run, (x) => x * x)),
  ReduceLogSum: reduce((run) => Math.log(sum(run))),
  ReduceLogSumExp: reduce((run) => {
    const largest = run.reduce((a, b) => Math.max(a, b), -Infinity);
    return largest + Math.log(sumOf(run, (x) => Math.exp(x - largest)));
  }),
  ArgMax: argBest((candidate, best) => candidate > best),
  ArgMin: argBest((candidate, best) => candidate < best),
};

/** Applies `compute` to each run of the last `axes` axes. */
export function reduceLast(value: Value, axes: number, compute: (run: Float64Array) => number): Float64Array {
  const kept = elementCount(value.dims.slice(0, value.dims.length - axes));
  const length = elementCount(value.dims.slice(value.dims.length - axes));
  const x = numbers(value);
  return Float64Array.from({ length: kept }, (_, i) => compute(x.subarray(i * length, (i + 1) * length)));
}

function reduce(compute: (run: Float64Array) => number): Operator {
  return (call) => {
    const value = input(call, 0);
    const axes = reducedAxes(call, value.dims.length);
    return axes.length === 0 && intAttribute(call, 'noop_with_empty_axes', 0) === 1
      ? value
      : reduceAxes(call, value, axes, compute);
  };
}

/** Axes come as an attribute in older operator sets and as an input in newer ones. None: all, or no operation. */
function reducedAxes(call: OperatorCall, rank: number): readonly number[] {
  const given = intsAttribute(call, 'axes') ?? numbersInput(call, 1) ?? [];
  if (given.length > 0) return given.map((axis) => axisOf(call, axis, rank));
  const noop = intAttribute(call, 'noop_with_empty_axes', 0) === 1;
  return noop ? [] : Array.from({ length: rank }, (_, axis) => axis);
}

function reduceAxes(
  call: OperatorCall,
  value: Value,
  axes: readonly number[],
  compute: (run: Float64Array) => number,
): Value {
  const all = value.dims.map((_, axis) => axis);
  const kept = all.filter((axis) => !axes.includes(axis));
  const reduced = all.filter((axis) => axes.includes(axis));
  const keepDims = intAttribute(call, 'keepdims', 1) === 1;
  return {
    dtype: value.dtype,
    dims: keepDims
      ? value.dims.map((size, axis) => (axes.includes(axis) ? 1 : size))
      : kept.map((axis) => value.dims[axis] as number),
    data: reduceLast(permute(value, [...kept, ...reduced]), reduced.length, compute),
  };
}

/** The position of the best element along an axis: the first of equals, or the last if requested. */
function argBest(better: (candidate: number, best: number) => boolean): Operator {
  return (call) => {
    const value = input(call, 0);
    const axis = axisOf(call, intAttribute(call, 'axis', 0), value.dims.length);
    const last = intAttribute(call, 'select_last_index', 0) === 1;
    const position = (run: Float64Array): number => {
      let best = 0;
      for (let i = 1; i < run.length; i++) {
        const wins = better(at(run, i), at(run, best)) || (last && at(run, i) === at(run, best));
        if (wins) best = i;
      }
      return best;
    };
    return { ...reduceAxes(call, value, [axis], position), dtype: 'int64' };
  };
}
