/** What an operator of the interpreter is, and how it reads its inputs and attributes. */
import { ModelFormatError, UnsupportedOperatorError, type HostTensor } from '@oddpixel/contract';
import type { Attribute, GraphNode } from '../ir.ts';
import { numbers } from './value.ts';
import type { Value } from './value.ts';

/** One node about to run. Inputs that are left out are undefined. */
export interface OperatorCall {
  readonly node: GraphNode;
  /** Version of the standard operator set that the graph uses. */
  readonly opset: number;
  readonly inputs: readonly (Value | undefined)[];
}

/** Computes a node's outputs in double precision; rounding to the element type comes after. */
export type Operator = (call: OperatorCall) => Value | readonly Value[];

export type OperatorTable = Readonly<Record<string, Operator>>;

/** The graph requests something impossible: shapes that do not fit, an index out of range. */
export function invalid(call: OperatorCall, problem: string): ModelFormatError {
  return new ModelFormatError({ where: describeNode(call.node), problem });
}

/** The operator is known, but not in this form. */
export function unsupported(call: OperatorCall, reason: string): UnsupportedOperatorError {
  const { opType, name } = call.node;
  return new UnsupportedOperatorError({ operator: opType, node: name, reason });
}

export function describeNode(node: GraphNode): string {
  return `node \`${node.name}\` (${node.opType})`;
}

/** Input number `index`, which this operator requires. */
export function input(call: OperatorCall, index: number): Value {
  const value = call.inputs[index];
  if (value === undefined) throw invalid(call, `input ${index} is missing`);
  return value;
}

/** Input number `index` as a list of numbers, such as axes or sizes; undefined if it is left out. */
export function numbersInput(call: OperatorCall, index: number): readonly number[] | undefined {
  const value = call.inputs[index];
  return value === undefined ? undefined : [...numbers(value)];
}

export function intAttribute(call: OperatorCall, name: string, absent: number): number {
  return Number(attribute(call, name, 'int')?.value ?? absent);
}

export function intsAttribute(call: OperatorCall, name: string): readonly number[] | undefined {
  return attribute(call, name, 'ints')?.value.map(Number);
}

export function floatAttribute(call: OperatorCall, name: string, absent: number): number {
  return attribute(call, name, 'float')?.value ?? absent;
}

export function stringAttribute(call: OperatorCall, name: string, absent: string): string {
  return attribute(call, name, 'string')?.value ?? absent;
}

export function tensorAttribute(call: OperatorCall, name: string): HostTensor | undefined {
  return attribute(call, name, 'tensor')?.value;
}

function attribute<K extends Attribute['kind']>(
  call: OperatorCall,
  name: string,
  kind: K,
): Extract<Attribute, { kind: K }> | undefined {
  const found = Object.hasOwn(call.node.attributes, name) ? call.node.attributes[name] : undefined;
  if (found === undefined) return undefined;
  if (found.kind !== kind) throw invalid(call, `attribute ${name} is ${found.kind}, expected ${kind}`);
  return found as Extract<Attribute, { kind: K }>;
}
