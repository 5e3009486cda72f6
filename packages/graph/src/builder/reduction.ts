/** Reductions along axes. From opset 18 on (ReduceSum: 13) axes are an input; before, an attribute. */
import type { Attribute } from '../ir.ts';
import type { Value } from './graph-builder.ts';
import { only } from './operand.ts';

export type Reduction = (
  x: Value,
  axes?: readonly number[],
  options?: { readonly keepDims?: boolean },
) => Value;

const reduction =
  (opType: string, axesInputSince: number): Reduction =>
  (x, axes, { keepDims = false } = {}) => {
    const { builder } = x;
    const keepdims: Attribute = { kind: 'int', value: keepDims ? 1 : 0 };
    if (axes === undefined) return only(builder.node(opType, [x], { keepdims }));
    return builder.opset >= axesInputSince
      ? only(builder.node(opType, [x, builder.integers(axes)], { keepdims }))
      : only(builder.node(opType, [x], { keepdims, axes: { kind: 'ints', value: axes } }));
  };

export const reduceMax: Reduction = reduction('ReduceMax', 18);
export const reduceMean: Reduction = reduction('ReduceMean', 18);
export const reduceMin: Reduction = reduction('ReduceMin', 18);
export const reduceProd: Reduction = reduction('ReduceProd', 18);
export const reduceSum: Reduction = reduction('ReduceSum', 13);

export type Arg = (x: Value, axis: number, options?: { readonly keepDims?: boolean }) => Value;

const arg =
  (opType: string): Arg =>
  (x, axis, { keepDims = false } = {}) =>
    only(
      x.builder.node(opType, [x], {
        axis: { kind: 'int', value: axis },
        keepdims: { kind: 'int', value: keepDims ? 1 : 0 },
      }),
    );

/** Index (int64) of the largest element along an axis; the first one on ties. */
export const argMax: Arg = arg('ArgMax');
/** Index (int64) of the smallest element along an axis; the first one on ties. */
export const argMin: Arg = arg('ArgMin');
