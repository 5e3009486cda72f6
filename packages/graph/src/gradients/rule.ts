/** What a gradient rule is: how the gradient of a node's output becomes the gradients of its inputs. */
import type { HostTensor, UnsupportedOperatorError } from '@oddpixel/contract';
import type { Value } from '../builder/index.ts';
import type { GraphNode } from '../ir.ts';

/** Builds the gradient for one input. Called only if a parameter needs it. */
export type Part = () => Value;

/** One part per input; `undefined` if nothing flows back, such as to a condition or an index. */
export type GradientRule = (node: NodeView) => readonly (Part | undefined)[];

/** One node of the forward graph with the gradients of its outputs. */
export interface NodeView {
  readonly node: GraphNode;
  /** @throws UnsupportedOperatorError if the input is left out or of unknown type. */
  input(index: number): Value;
  has(index: number): boolean;
  output(index?: number): Value;
  /** Gradient of the first output, in the output's shape. */
  readonly gradient: Value;
  /**
   * The same before its repetitions are written out: an axis that is 1 (or missing) here but not in the output means
   * that all elements along that axis have this gradient. For rules that broadcast anyway.
   */
  readonly compactGradient: Value;
  /** Gradient of any output in that output's shape; `undefined` if the loss does not use the output. */
  gradientOf(output: number): Value | undefined;
  /** The tensor behind a constant input. */
  constant(index: number): HostTensor | undefined;
  int(name: string, absent: number): number;
  ints(name: string): readonly number[] | undefined;
  float(name: string, absent: number): number;
  string(name: string, absent: string): string;
  /** The error for a form of the operator that the rule does not cover. */
  unsupported(reason: string): UnsupportedOperatorError;
}

/** Integers of a constant input, such as axes; `undefined` if it is left out or not constant. */
export function integersOf(view: NodeView, index: number): number[] | undefined {
  const tensor = view.has(index) ? view.constant(index) : undefined;
  return tensor === undefined
    ? undefined
    : Array.from(tensor.data as ArrayLike<number | bigint>, (value) => Number(value));
}

/** An axis counted from the front. */
export function axisOf(axis: number, { dims }: Value): number {
  return axis < 0 ? axis + dims.length : axis;
}

/** The size of an axis, for a rule that needs a number. @throws UnsupportedOperatorError if it is dynamic. */
export function sizeOf(view: NodeView, { dims }: Value, axis: number): number {
  const size = dims[axis];
  if (typeof size === 'number') return size;
  throw view.unsupported(`its gradient needs a known size of axis ${axis}, which is \`${size}\``);
}
