/**
 * Bringing a graph from an older operator set to a newer one, by a table of what changed. Sources: the ONNX
 * operator changelog, versions 11 to 23. Operators that are not in the table did not change in a way that a graph
 * can notice.
 */
import { hostTensor, ModelFormatError, UnsupportedOpsetError, type HostTensor } from '@oddpixel/contract';
import type { Attribute, Graph, GraphNode } from '../ir.ts';
import { irVersionFor } from '../opsets.ts';
import { inferTypes } from '../types/infer.ts';
import type { ValueType } from '../ir.ts';
import { describeNode } from '../validate.ts';

const lowestOpset = 11;
const highestOpset = 23;

interface Upgrade {
  /** The node changed its form in this version. */
  readonly since: number;
  apply(node: GraphNode, context: UpgradeContext): GraphNode[];
}

interface UpgradeContext {
  typeOf(name: string): ValueType | undefined;
  /** Stores an integer vector and returns its name. */
  integers(values: readonly (number | bigint)[], near: GraphNode): string;
}

/**
 * The same function in a newer operator set.
 *
 * @throws UnsupportedOpsetError below 11, above 23, downwards, or for an operator that cannot be carried over.
 */
export function upgradeOpset(graph: Graph, to: number): Graph {
  const supported = `${lowestOpset} to ${highestOpset}`;
  if (graph.opset < lowestOpset || graph.opset > highestOpset || to > highestOpset) {
    throw new UnsupportedOpsetError({
      opset: graph.opset < lowestOpset || graph.opset > highestOpset ? graph.opset : to,
      supported,
      fix: 'Export the model with another opset.',
    });
  }
  if (graph.opset > to) {
    throw new UnsupportedOpsetError({
      opset: graph.opset,
      supported: `up to ${to} here`,
      fix: 'Build with a newer opset.',
    });
  }
  if (graph.opset === to) return graph;
  const types = inferTypes(graph);
  const initializers = new Map<string, HostTensor>(graph.initializers);
  const context: UpgradeContext = {
    typeOf: (name) => types.get(name),
    integers(values, near) {
      let name = `${near.outputs[0]}/axes`;
      while (initializers.has(name)) name += '_';
      initializers.set(name, hostTensor('int64', [values.length], BigInt64Array.from(values, BigInt)));
      return name;
    },
  };
  let nodes: readonly GraphNode[] = graph.nodes;
  for (let version = graph.opset + 1; version <= to; version++) {
    nodes = nodes.flatMap((node) => {
      const upgrade =
        node.domain === '' ? (table[node.opType] ?? []).find(({ since }) => since === version) : undefined;
      return upgrade === undefined ? [node] : upgrade.apply(node, context);
    });
  }
  return { ...graph, opset: to, irVersion: Math.max(graph.irVersion, irVersionFor(to)), nodes, initializers };
}

/** The attribute `axes` becomes the second input. */
const axesToInput = (since: number): Upgrade => ({
  since,
  apply(node, context) {
    const { axes, ...attributes } = node.attributes;
    if (axes?.kind !== 'ints') return [node];
    return [{ ...node, inputs: [node.inputs[0] ?? '', context.integers(axes.value, node)], attributes }];
  },
});

/** Until 12, Softmax and its kin worked on the input flattened to a matrix at `axis`; since 13 along one axis. */
const softmaxAlongAxis: Upgrade = {
  since: 13,
  apply(node, context) {
    const given = node.attributes['axis'];
    const axis = given?.kind === 'int' ? Number(given.value) : 1;
    const type = context.typeOf(node.inputs[0] ?? '');
    if (type === undefined) throw unsupported(node, 'its input shape is not known');
    const rank = type.dims.length;
    const along: Attribute = { kind: 'int', value: axis };
    // Flattening the last axis alone changes nothing.
    if (axis === rank - 1 || axis === -1)
      return [{ ...node, attributes: { ...node.attributes, axis: along } }];
    const tail = type.dims.slice(axis < 0 ? axis + rank : axis);
    if (tail.slice(1).every((dim) => dim === 1))
      return [{ ...node, attributes: { ...node.attributes, axis: along } }];
    throw unsupported(node, `axis ${axis} of rank ${rank} meant several axes at once`);
  },
};

/** Until 12 the ratio was an attribute; for inference the operator is the identity. */
const dropoutToIdentity: Upgrade = {
  since: 12,
  apply: (node) => [{ ...node, opType: 'Identity', outputs: node.outputs.slice(0, 1), attributes: {} }],
};

/** `spatial` and the training outputs are gone since 14. */
const inferenceBatchNormalization: Upgrade = {
  since: 14,
  apply: (node) => [{ ...node, outputs: node.outputs.slice(0, 1) }],
};

/** Since 18 the parts are counted by an attribute if no sizes are given. */
const splitCount: Upgrade = {
  since: 18,
  apply: (node) =>
    (node.inputs[1] ?? '') === ''
      ? [
          {
            ...node,
            attributes: { ...node.attributes, num_outputs: { kind: 'int', value: node.outputs.length } },
          },
        ]
      : [node],
};

const splitSizesToInput: Upgrade = {
  since: 13,
  apply(node, context) {
    const { split, ...attributes } = node.attributes;
    if (split?.kind !== 'ints') return [node];
    return [{ ...node, inputs: [node.inputs[0] ?? '', context.integers(split.value, node)], attributes }];
  },
};

const table: Readonly<Record<string, readonly Upgrade[]>> = {
  Softmax: [softmaxAlongAxis],
  LogSoftmax: [softmaxAlongAxis],
  Hardmax: [softmaxAlongAxis],
  Squeeze: [axesToInput(13)],
  Unsqueeze: [axesToInput(13)],
  ReduceSum: [axesToInput(13)],
  Split: [splitSizesToInput, splitCount],
  Dropout: [dropoutToIdentity],
  BatchNormalization: [inferenceBatchNormalization],
  ...Object.fromEntries(
    [
      'ReduceMean',
      'ReduceMax',
      'ReduceMin',
      'ReduceProd',
      'ReduceL1',
      'ReduceL2',
      'ReduceSumSquare',
      'ReduceLogSum',
      'ReduceLogSumExp',
    ].map((name) => [name, [axesToInput(18)]]),
  ),
};

function unsupported(node: GraphNode, reason: string): ModelFormatError {
  return new ModelFormatError({
    where: describeNode(node),
    problem: `it cannot be upgraded to a newer opset: ${reason}`,
  });
}
