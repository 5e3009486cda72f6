/** Operators that move values without changing them. */
import type { DType } from '@oddpixel/contract';
import { typeCodes } from '../codec/type-codes.ts';
import type { Attribute } from '../ir.ts';
import type { Value } from './graph-builder.ts';
import { only, scalar } from './operand.ts';

const int = (value: number): Attribute => ({ kind: 'int', value });

/** New shape, same elements: 0 keeps the axis of the input, one −1 takes what is left. */
export function reshape(x: Value, dims: readonly number[]): Value {
  return only(x.builder.node('Reshape', [x, x.builder.integers(dims)]));
}

/** Axes in another order. */
export function transpose(x: Value, order: readonly number[]): Value {
  return only(x.builder.node('Transpose', [x], { perm: { kind: 'ints', value: order } }));
}

/** Joins values along an axis. */
export function concat(values: readonly Value[], axis: number): Value {
  const [first] = values;
  if (first === undefined) throw new TypeError('concat needs at least one value');
  return only(first.builder.node('Concat', values, { axis: int(axis) }));
}

export interface SliceRange {
  readonly axis: number;
  readonly start: number;
  /** Before which to stop; negative counts from the end. Default: the end. */
  readonly end?: number;
  readonly step?: number;
}

/** Parts along axes. */
export function slice(x: Value, ...ranges: readonly SliceRange[]): Value {
  const { builder } = x;
  const last = 2 ** 31 - 1;
  return only(
    builder.node('Slice', [
      x,
      builder.integers(ranges.map(({ start }) => start)),
      builder.integers(ranges.map(({ end }) => end ?? last)),
      builder.integers(ranges.map(({ axis }) => axis)),
      builder.integers(ranges.map(({ step }) => step ?? 1)),
    ]),
  );
}

/** Elements at integer positions along an axis. */
export function gather(x: Value, indices: Value, axis: number = 0): Value {
  return only(x.builder.node('Gather', [x, indices], { axis: int(axis) }));
}

/** Adds axes of size 1. */
export function unsqueeze(x: Value, axes: readonly number[]): Value {
  return only(x.builder.node('Unsqueeze', [x, x.builder.integers(axes)]));
}

/** Removes axes of size 1. */
export function squeeze(x: Value, axes: readonly number[]): Value {
  return only(x.builder.node('Squeeze', [x, x.builder.integers(axes)]));
}

/** Broadcasts to a shape. */
export function expand(x: Value, dims: readonly number[]): Value {
  return only(x.builder.node('Expand', [x, x.builder.integers(dims)]));
}

/** Another element type. */
export function cast(x: Value, dtype: DType): Value {
  return x.dtype === dtype ? x : only(x.builder.node('Cast', [x], { to: int(typeCodes[dtype]) }));
}

export type PadMode = 'constant' | 'reflect' | 'edge';

/** Pads each axis: `pads` holds the begin of each axis, then the end of each. */
export function pad(x: Value, pads: readonly number[], mode: PadMode = 'constant', value: number = 0): Value {
  const { builder } = x;
  const inputs = [
    x,
    builder.integers(pads),
    ...(mode === 'constant' ? [scalar(builder, value, x.dtype)] : []),
  ];
  return only(builder.node('Pad', inputs, { mode: { kind: 'string', value: mode } }));
}

/** The shape as an int64 vector, known only when the graph runs. */
export function shapeOf(x: Value): Value {
  return only(x.builder.node('Shape', [x]));
}

/** `start, start + step, …` before `limit`; all scalars of one type. */
export function range(start: Value, limit: Value, step: Value): Value {
  return only(limit.builder.node('Range', [start, limit, step]));
}

/** Cuts an axis into parts of the given sizes. */
export function split(x: Value, axis: number, sizes: readonly number[]): Value[] {
  return x.builder.node('Split', [x, x.builder.integers(sizes)], { axis: int(axis) }, sizes.length);
}
