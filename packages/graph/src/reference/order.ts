/** Operators for which the order of elements along an axis matters. */
import { alongAxis, axisOf } from './indexing.ts';
import { input, intAttribute, invalid, numbersInput } from './operator.ts';
import type { OperatorTable } from './operator.ts';
import { at, numbers } from './value.ts';

export const order: OperatorTable = {
  /** The `k` largest (or smallest) elements along an axis, best first, and where they were; the first of equals wins. */
  TopK: (call) => {
    const x = input(call, 0);
    const axis = axisOf(call, intAttribute(call, 'axis', -1), x.dims.length);
    const size = x.dims[axis] as number;
    const k = numbersInput(call, 1)?.[0] ?? 0;
    if (k < 0 || k > size) throw invalid(call, `the best ${k} of ${size} do not exist`);
    const sign = intAttribute(call, 'largest', 1) === 1 ? 1 : -1;
    const best = (run: Float64Array): number[] =>
      Array.from(run.keys())
        .sort((i, j) => sign * (at(run, j) - at(run, i)) || i - j)
        .slice(0, k);
    return [
      alongAxis(x, axis, (run) => Float64Array.from(best(run), (i) => at(run, i))),
      { ...alongAxis(x, axis, (run) => Float64Array.from(best(run))), dtype: 'int64' },
    ];
  },

  /** Each element plus all before it (or after it, with `reverse`); with `exclusive` without the element itself. */
  CumSum: (call) => {
    const x = input(call, 0);
    const axis = axisOf(call, numbersInput(call, 1)?.[0] ?? 0, x.dims.length);
    const exclusive = intAttribute(call, 'exclusive', 0) === 1;
    const reverse = intAttribute(call, 'reverse', 0) === 1;
    return alongAxis(x, axis, (run) => {
      let sum = 0;
      const sums = (reverse ? run.toReversed() : run).map((element) => {
        const before = sum;
        sum += element;
        return exclusive ? before : sum;
      });
      return reverse ? sums.toReversed() : sums;
    });
  },

  /** Coordinates of all elements that are not 0: `[rank, count]`. */
  NonZero: (call) => {
    const x = input(call, 0);
    const found = Array.from(numbers(x).keys()).filter((index) => at(numbers(x), index) !== 0);
    const data = x.dims.flatMap((size, axis) => {
      const inner = x.dims.slice(axis + 1).reduce((a, b) => a * b, 1);
      return found.map((index) => Math.floor(index / inner) % size);
    });
    return { dtype: 'int64', dims: [x.dims.length, found.length], data: Float64Array.from(data) };
  },
};
