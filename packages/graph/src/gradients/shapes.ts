/**
 * Broadcasting, backwards. If the forward pass repeats a value, its gradient is a sum; if it sums, the gradient is a
 * repetition. Repetitions are not written out before an operator needs them: an axis of a gradient may be 1 (or
 * missing) although that of its value is larger. Shapes may have named dimensions: two names are trusted to agree.
 */
import {
  add,
  cast,
  expand,
  greater,
  matmul,
  mul,
  reduceSum,
  reshape,
  shapeOf,
  slice,
  squeeze,
  where,
} from '../builder/index.ts';
import { scalar } from '../builder/operand.ts';
import { hostTensor } from '@oddpixel/contract';
import type { GraphBuilder, Value } from '../builder/index.ts';
import type { Dim } from '../types/rule.ts';

/** A repeated gradient written out in the shape of its value. */
export function expandLike(gradient: Value, value: Value): Value {
  const given = aligned(gradient, value.dims.length);
  const repeated = value.dims.map((dim, axis) => given[axis] === 1 && dim !== 1);
  if (!repeated.includes(true)) {
    return gradient.dims.length === value.dims.length ? gradient : reshapeLike(gradient, value);
  }
  const named = value.dims.flatMap((dim, axis) =>
    repeated[axis] === true && typeof dim !== 'number' ? [axis] : [],
  );
  const stretched = named.length === 0 ? gradient : mul(gradient, onesAlong(value, named));
  // An axis of 1 keeps its size: what is not repeated, or already stretched.
  const known = value.dims.map((dim, axis) => (repeated[axis] === true && typeof dim === 'number' ? dim : 1));
  return known.every((dim) => dim === 1) ? stretched : expand(stretched, known);
}

/** A gradient in the shape of another value with the same elements. */
export function reshapeLike(gradient: Value, value: Value): Value {
  if (sameDims(gradient.dims, value.dims)) return gradient;
  const target = value.dims.map((dim, axis) => {
    if (typeof dim === 'number') return dim;
    return gradient.dims[axis] === dim ? 0 : -1;
  });
  // One open axis can be left to the operator; more of them need the shape at run time.
  return target.filter((size) => size === -1).length <= 1
    ? reshape(gradient, target)
    : (gradient.builder.node('Reshape', [gradient, shapeOf(value)])[0] as Value);
}

/**
 * The gradient of an input that was broadcast to the output.
 *
 * @param gradient gradient of the output, possibly with repetitions not written out.
 */
export function sumToInput(gradient: Value, output: Value, input: Value): Value {
  const rank = output.dims.length;
  const given = aligned(gradient, rank);
  const wanted = aligned(input, rank);
  const stretched = output.dims.map((dim, axis) => wanted[axis] === 1 && dim !== 1);
  // Along a stretched axis the gradient is summed; if it is a repetition itself, the sum is a product.
  const lead = rank - gradient.dims.length;
  const summed = stretched.flatMap((yes, axis) => (yes && given[axis] !== 1 ? [axis - lead] : []));
  const repeated = stretched.flatMap((yes, axis) => (yes && given[axis] === 1 ? [axis] : []));
  let result = summed.length === 0 ? gradient : sumAlong(gradient, summed);
  if (repeated.length > 0) result = timesCount(result, output, repeated);
  const surplus = result.dims.length - input.dims.length;
  return surplus > 0 ? squeeze(result, [...Array(surplus).keys()]) : result;
}

/** Sums along some axes, which stay as 1. */
function sumAlong(x: Value, axes: readonly number[]): Value {
  // Over the rows of a matrix a product is 2 to 7 times as fast on CPUs as a reduction.
  const isOverRows = x.dims.length === 2 && axes.length === 1 && axes[0] === 0;
  return isOverRows ? matmul(onesRow(x, 0), x) : reduceSum(x, axes, { keepDims: true });
}

/** `x` times the number of elements of `counted` along some axes. */
function timesCount(x: Value, counted: Value, axes: readonly number[]): Value {
  const { known, unknown } = countAlong(counted, axes);
  const scaled = known === 1 ? x : mul(x, known);
  return unknown === undefined ? scaled : mul(scaled, unknown);
}

/** The number of elements along some axes: the known factor, and a scalar for the axes with names. */
export function countAlong(
  value: Value,
  axes: readonly number[],
): { readonly known: number; readonly unknown: Value | undefined } {
  let known = 1;
  const named: number[] = [];
  for (const axis of axes) {
    const dim = value.dims[axis];
    if (typeof dim === 'number') known *= dim;
    else named.push(axis);
  }
  return { known, unknown: named.length === 0 ? undefined : countOf(value, named) };
}

function countOf(value: Value, named: readonly number[]): Value {
  const [axis] = named;
  if (axis === undefined || named.length > 1) return reduceSum(onesAlong(value, named));
  return once(value, `count of ${value.dims[axis]}`, () => reduceSum(onesRow(value, axis)));
}

/** Ones `[1, n]` for the n elements along an axis. */
function onesRow(value: Value, axis: number): Value {
  const size = value.dims[axis] as Dim;
  return once(value, `ones for ${size}`, () =>
    typeof size === 'number'
      ? expand(constantLike(value, [1, 1], Float32Array.of(1)), [1, size])
      : reshape(onesAlong(value, [axis]), [1, -1]),
  );
}

const helpers = new WeakMap<GraphBuilder, Map<string, Value>>();

/** What depends on a dimension alone is built once for all values that have it. */
function once({ builder, dtype }: Value, what: string, build: () => Value): Value {
  const known = helpers.get(builder) ?? new Map<string, Value>();
  helpers.set(builder, known);
  const key = `${dtype} ${what}`;
  const value = known.get(key) ?? build();
  known.set(key, value);
  return value;
}

/**
 * Ones with the size of a value along some axes and size 1 along the others. Made without asking for the shape, since
 * integers would leave the device on some engines: nothing is greater than itself.
 */
function onesAlong(value: Value, axes: readonly number[]): Value {
  const others = value.dims.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const line =
    others.length === 0 ? value : slice(value, ...others.map((axis) => ({ axis, start: 0, end: 1 })));
  return where(greater(line, line), scalar(value.builder, 0, value.dtype), 1);
}

/** `a + b`; one of them may still be missing. */
export function accumulate(a: Value | undefined, b: Value): Value {
  return a === undefined ? b : add(a, b);
}

/** A constant of another value's type. */
export function constantLike({ builder, dtype }: Value, dims: readonly number[], data: Float32Array): Value {
  return cast(builder.constant(hostTensor('float32', dims, data)), dtype);
}

/** 1 if a condition holds, else 0. */
export function indicator(condition: Value, like: Value): Value {
  return cast(condition, like.dtype);
}

function sameDims(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** Dims with leading axes of 1 up to a rank. */
function aligned({ dims }: Value, rank: number): Dim[] {
  return [...Array<Dim>(Math.max(0, rank - dims.length)).fill(1), ...dims];
}
