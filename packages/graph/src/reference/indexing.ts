/** Positions in row-major tensors: axes, strides, broadcasting, and moving elements without changing them. */
import { elementCount } from '@oddpixel/contract/unstable';
import { invalid } from './operator.ts';
import type { OperatorCall } from './operator.ts';
import { numbers } from './value.ts';
import type { Value } from './value.ts';

/** How far apart neighbours along each axis lie: `[H*W, W, 1]` for `[C, H, W]`. */
export function stridesOf(dims: readonly number[]): number[] {
  return dims.map((_, axis) => elementCount(dims.slice(axis + 1)));
}

/** The coordinates of element `index` of a tensor with these dims. */
export function coordinatesOf(index: number, dims: readonly number[]): number[] {
  return stridesOf(dims).map((stride, axis) => Math.floor(index / stride) % (dims[axis] as number));
}

/** The index of the element at these coordinates. */
export function indexOf(coordinates: readonly number[], dims: readonly number[]): number {
  return stridesOf(dims).reduce((index, stride, axis) => index + stride * (coordinates[axis] as number), 0);
}

/** An axis counted from the front; negative ones count from the back. */
export function axisOf(call: OperatorCall, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw invalid(call, `axis ${axis} is outside a tensor with ${rank} dimensions`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** The common shape of several shapes, aligned at their last axes; size 1 stretches. */
export function broadcastDims(call: OperatorCall, ...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((dims) => dims[axis - rank + dims.length] ?? 1);
    const size = sizes.find((candidate) => candidate !== 1) ?? 1;
    if (sizes.some((candidate) => candidate !== 1 && candidate !== size)) {
      throw invalid(
        call,
        `shapes ${shapes.map((dims) => `[${dims.join(',')}]`).join(' and ')} do not broadcast`,
      );
    }
    return size;
  });
}

/** Repeats a value's elements so that it has the given dims, which must be a result of `broadcastDims`. */
export function broadcastTo(value: Value, dims: readonly number[]): Value {
  if (sameDims(value.dims, dims)) return value;
  const added = dims.length - value.dims.length;
  return pick(value, dims, (coordinates) =>
    value.dims.map((size, axis) => (size === 1 ? 0 : (coordinates[axis + added] as number))),
  );
}

/** A value with new dims whose element at each coordinate is the element of `value` that `source` points at. */
export function pick(
  value: Value,
  dims: readonly number[],
  source: (coordinates: readonly number[]) => readonly number[],
): Value {
  const strides = stridesOf(value.dims);
  return pickIndex(value, dims, (coordinates) => {
    const from = source(coordinates);
    return strides.reduce((index, stride, axis) => index + stride * (from[axis] as number), 0);
  });
}

/** As `pick`, with `source` giving the index in `value.data`; a negative index leaves the element 0. */
export function pickIndex(
  value: Value,
  dims: readonly number[],
  source: (coordinates: readonly number[]) => number,
): Value {
  const count = elementCount(dims);
  // Elements are only moved, so numbers and bigints are treated alike; the types allow one at a time.
  const from = value.data as Float64Array;
  const to = (
    value.data instanceof BigInt64Array ? new BigInt64Array(count) : new Float64Array(count)
  ) as Float64Array;

  const coordinates = dims.map(() => 0);
  for (let index = 0; index < count; index++) {
    const sourceIndex = source(coordinates);
    if (sourceIndex >= 0) to[index] = from[sourceIndex] as number;
    advance(coordinates, dims);
  }
  return { dtype: value.dtype, dims: [...dims], data: to };
}

/** Moves to the next coordinates in row-major order. */
function advance(coordinates: number[], dims: readonly number[]): void {
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    const next = (coordinates[axis] as number) + 1;
    if (next < (dims[axis] as number)) {
      coordinates[axis] = next;
      return;
    }
    coordinates[axis] = 0;
  }
}

/** The same elements with their axes in another order: axis `i` of the result is axis `order[i]` of the value. */
export function permute(value: Value, order: readonly number[]): Value {
  const dims = order.map((axis) => value.dims[axis] as number);
  const strides = stridesOf(value.dims);
  const moved = order.map((axis) => strides[axis] as number);
  return pickIndex(value, dims, (coordinates) =>
    moved.reduce((index, stride, axis) => index + stride * (coordinates[axis] as number), 0),
  );
}

/** Replaces each run of elements along an axis by another run, of one length for all. */
export function alongAxis(x: Value, axis: number, compute: (run: Float64Array) => Float64Array): Value {
  // Exchanging two axes is its own inverse.
  const exchange = x.dims.map((_, i) => i);
  const last = x.dims.length - 1;
  [exchange[axis], exchange[last]] = [last, axis];
  const moved = permute(x, exchange);
  const length = x.dims[axis] as number;
  const data = numbers(moved);
  const runs = Array.from({ length: length === 0 ? 0 : data.length / length }, (_, i) =>
    compute(data.subarray(i * length, (i + 1) * length)),
  );
  const results = Float64Array.from(runs.flatMap((run) => [...run]));
  const dims = [...moved.dims.slice(0, -1), runs[0]?.length ?? 0];
  return permute({ dtype: x.dtype, dims, data: results }, exchange);
}

function sameDims(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
