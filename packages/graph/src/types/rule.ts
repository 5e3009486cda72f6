/** What the rules of type inference have in common. */
import type { HostTensor } from '@oddpixel/contract';
import type { GraphNode, ValueType } from '../ir.ts';

/** A dimension: known, or a name for a number that is known only when the graph runs. */
export type Dim = number | string;

/** What a rule sees of a node. */
export interface RuleContext {
  readonly node: GraphNode;
  readonly opset: number;
  /** Type of input `index`; throws if it is missing or unknown. */
  input(index: number): ValueType;
  has(index: number): boolean;
  /** Value of input `index` if it is a constant. */
  constant(index: number): HostTensor | undefined;
  /** What input `index` holds if it is the shape of another value, known by names only. */
  shape(index: number): readonly Dim[] | undefined;
  int(name: string): number | undefined;
  ints(name: string): readonly number[] | undefined;
  fail(problem: string): never;
}

/** Types of a node's outputs. */
export type Rule = (context: RuleContext) => ValueType[];
