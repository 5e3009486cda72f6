/** Runs graphs node by node, in the order they are written. */
import {
  describeTensor,
  TensorMismatchError,
  UnknownNameError,
  UnsupportedOperatorError,
  type HostTensor,
} from '../../contract/index.ts';
import type { Graph, GraphNode } from '../ir.ts';
import { activation } from './activation.ts';
import { convert } from './convert.ts';
import { convolution } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { matrix } from './matrix.ts';
import { normalization } from './normalization.ts';
import type { OperatorTable } from './operator.ts';
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
  ...elementwise,
  ...matrix,
  ...normalization,
  ...pooling,
  ...rearrange,
  ...reduction,
  ...resize,
  ...shape,
};

/** True where the interpreter can run nodes of this kind. */
export function isKnownOperator(node: GraphNode): boolean {
  return isStandard(node) && Object.hasOwn(operators, node.opType);
}

export interface RunGraphOptions {
  /** `float32` rounds after every node, as a backend does; `float64` keeps doubles and returns float32 values as float64. Default `float32`. */
  readonly precision?: Precision;
  /** Default: all. */
  readonly outputs?: readonly string[];
}

/**
 * Runs a graph.
 *
 * @throws UnknownNameError for a missing feed or unknown output; TensorMismatchError for a feed of another type or
 *   shape; UnsupportedOperatorError; ModelFormatError when a node's inputs do not fit.
 */
export function runGraph(
  graph: Graph,
  feeds: Readonly<Record<string, HostTensor>>,
  { precision = 'float32', outputs = graph.outputs.map(({ name }) => name) }: RunGraphOptions = {},
): Record<string, HostTensor> {
  const values = new Map<string, Value>();
  for (const [name, tensor] of graph.initializers) values.set(name, fromTensor(tensor));
  const known = graph.inputs.map(({ name }) => name);
  for (const info of graph.inputs) {
    const feed = Object.hasOwn(feeds, info.name) ? feeds[info.name] : undefined;
    if (feed === undefined) {
      if (values.has(info.name)) continue;
      throw new UnknownNameError({ kind: 'input', name: info.name, known, missing: true });
    }
    const fits =
      feed.dtype === info.dtype &&
      feed.dims.length === info.dims.length &&
      info.dims.every((dim, axis) => typeof dim === 'string' || dim === feed.dims[axis]);
    if (!fits) {
      throw new TensorMismatchError({
        name: info.name,
        expected: describeTensor(info),
        received: describeTensor(feed),
      });
    }
    values.set(info.name, fromTensor(feed));
  }
  for (const node of graph.nodes) {
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
        throw new UnknownNameError({
          kind: 'output',
          name,
          known: graph.outputs.map((output) => output.name),
        });
      }
      const widened = precision === 'float64' && value.dtype === 'float32';
      return [name, widened ? toTensor(value, 'float64') : toTensor(value)];
    }),
  );
}

/**
 * Runs one node, for folding constants.
 *
 * @param inputs `undefined` where an optional input is left out.
 * @throws UnsupportedOperatorError, ModelFormatError
 */
export function runNode(
  node: GraphNode,
  inputs: readonly (HostTensor | undefined)[],
  opset: number,
): HostTensor[] {
  const values = inputs.map((tensor) => (tensor === undefined ? undefined : fromTensor(tensor)));
  return compute(node, values, opset, 'float32').map((value) => toTensor(value));
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
