/** Runs graphs node by node, in the order they are written. */
import {
  checkFeeds,
  UnknownNameError,
  UnsupportedOperatorError,
  type DType,
  type HostTensor,
} from '@oddpixel/contract';
import type { Graph, GraphNode } from '../ir.ts';
import { activation } from './activation.ts';
import { convert } from './convert.ts';
import { convolution } from './convolution.ts';
import { einsum } from './einsum.ts';
import { elementwise } from './elementwise.ts';
import { lookup } from './lookup.ts';
import { matrix } from './matrix.ts';
import { normalization } from './normalization.ts';
import type { OperatorTable } from './operator.ts';
import { order } from './order.ts';
import { pooling } from './pooling.ts';
import { rearrange } from './rearrange.ts';
import { reduction } from './reduction.ts';
import { resize } from './resize.ts';
import { shape } from './shape.ts';
import { fromTensor, settle, toTensor, type Precision, type Value } from './value.ts';

/** Every operator that is known, by its name in the standard operator set. */
const operators: OperatorTable = {
  ...activation,
  ...convert,
  ...convolution,
  ...einsum,
  ...elementwise,
  ...lookup,
  ...matrix,
  ...normalization,
  ...order,
  ...pooling,
  ...rearrange,
  ...reduction,
  ...resize,
  ...shape,
};

/** True if the interpreter can run nodes of this kind. */
export function isKnownOperator(node: GraphNode): boolean {
  return isStandard(node) && Object.hasOwn(operators, node.opType);
}

export interface RunGraphOptions {
  /**
   * `float32` rounds after every node, as a backend does. `float64` keeps doubles throughout: float32 inputs may
   * be fed as float64, and float32 outputs come back as float64. Default `float32`.
   */
  readonly precision?: Precision;
  /** Only these are computed; any value of the graph may be named. Default: the graph's outputs. */
  readonly outputs?: readonly string[];
}

/**
 * Runs a graph.
 *
 * @throws UnknownNameError for a missing or unknown feed and an unknown output; TensorMismatchError for a feed of
 *   another type or shape; UnsupportedOperatorError; ModelFormatError if a node's inputs do not fit.
 */
export function runGraph(
  graph: Graph,
  feeds: Readonly<Record<string, HostTensor>>,
  { precision = 'float32', outputs = graph.outputs.map(({ name }) => name) }: RunGraphOptions = {},
): Record<string, HostTensor> {
  const values = new Map<string, Value>();
  for (const [name, tensor] of graph.initializers) values.set(name, fromTensor(tensor));
  for (const [name, feed] of checkedFeeds(graph, feeds, precision)) values.set(name, feed);
  for (const node of nodesFor(graph, outputs)) {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
    const results = compute(node, inputs, graph.opset, precision);
    node.outputs.forEach((name, index) => {
      const result = results[index];
      if (name !== '' && result !== undefined) values.set(name, result);
    });
  }
  return Object.fromEntries(
    outputs.map((name) => {
      const value = values.get(name);
      if (value === undefined) {
        const known = graph.outputs.map((output) => output.name);
        throw new UnknownNameError({ kind: 'output', name, known });
      }
      return [name, leave(value, precision)];
    }),
  );
}

/**
 * Runs one node, for folding constants.
 *
 * @param inputs `undefined` if an optional input is left out.
 * @throws UnsupportedOperatorError, ModelFormatError
 */
export function runNode(
  node: GraphNode,
  inputs: readonly (HostTensor | undefined)[],
  opset: number,
  precision: Precision = 'float32',
): HostTensor[] {
  const values = inputs.map((tensor) => (tensor === undefined ? undefined : fromTensor(tensor)));
  return compute(node, values, opset, precision).map((value) => leave(value, precision));
}

/** The feeds as values of the types that the graph declares. An input with an initializer may be left out. */
function checkedFeeds(
  graph: Graph,
  feeds: Readonly<Record<string, HostTensor>>,
  precision: Precision,
): Map<string, Value> {
  const wide = (dtype: DType): boolean => precision === 'float64' && dtype === 'float32';
  const required = graph.inputs.filter(
    ({ name }) => Object.hasOwn(feeds, name) || !graph.initializers.has(name),
  );
  const declared = required.map((info) => {
    const widened = wide(info.dtype) && feeds[info.name]?.dtype === 'float64';
    return widened ? { ...info, dtype: 'float64' as const } : info;
  });
  checkFeeds(declared, feeds, { backend: 'reference' });
  return new Map(
    required.map(({ name, dtype }) => [name, { ...fromTensor(feeds[name] as HostTensor), dtype }]),
  );
}

/** The nodes that the outputs need, in order. */
function nodesFor(graph: Graph, outputs: readonly string[]): GraphNode[] {
  const needed = new Set(outputs);
  const nodes: GraphNode[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    for (const name of node.inputs) needed.add(name);
    nodes.unshift(node);
  }
  return nodes;
}

/** A value for the outside. */
function leave(value: Value, precision: Precision): HostTensor {
  const widened = precision === 'float64' && value.dtype === 'float32';
  return widened ? toTensor(value, 'float64') : toTensor(value);
}

function compute(
  node: GraphNode,
  inputs: readonly (Value | undefined)[],
  opset: number,
  precision: Precision,
): Value[] {
  const operator = isKnownOperator(node) ? operators[node.opType] : undefined;
  if (operator === undefined) {
    throw new UnsupportedOperatorError({
      operator: isStandard(node) ? node.opType : `${node.domain}.${node.opType}`,
      node: node.name,
      reason: 'the reference interpreter does not know it',
    });
  }
  const result = operator({ node, opset, inputs });
  const results = Array.isArray(result) ? (result as readonly Value[]) : [result as Value];
  return results.map((value) => settle(value, precision));
}

function isStandard({ domain }: GraphNode): boolean {
  return domain === '' || domain === 'ai.onnx';
}
