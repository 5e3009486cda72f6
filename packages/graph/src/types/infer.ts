/** Types and shapes of values: what an operator gives for what it takes. One function per operator, in a table. */
import { ModelFormatError, type HostTensor } from '@oddpixel/contract';
import type { Graph, GraphNode, ValueType } from '../ir.ts';
import { describeNode } from '../validate.ts';
import { convolutionRules } from './convolution-rules.ts';
import { elementwiseRules } from './elementwise-rules.ts';
import { matrixRules } from './matrix-rules.ts';
import { reductionRules } from './reduction-rules.ts';
import type { Dim, Rule } from './rule.ts';
import { shapeRules } from './shape-rules.ts';

const rules: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    ...convolutionRules,
    ...elementwiseRules,
    ...matrixRules,
    ...reductionRules,
    ...shapeRules,
  }),
);

/**
 * Types of a node's outputs.
 *
 * @param shapeOf what a value holds that is the shape of another one, computed when the graph runs.
 * @returns `undefined` for an operator without a rule, or if an input's type is unknown.
 * @throws ModelFormatError if the inputs do not fit the operator.
 */
export function inferNode(
  node: GraphNode,
  opset: number,
  typeOf: (name: string) => ValueType | undefined,
  constantOf: (name: string) => HostTensor | undefined,
  shapeOf: (name: string) => readonly Dim[] | undefined = () => undefined,
): ValueType[] | undefined {
  const rule = node.domain === '' ? rules.get(node.opType) : undefined;
  if (rule === undefined) return undefined;
  const types = node.inputs.map((name) => (name === '' ? undefined : typeOf(name)));
  if (node.inputs.some((name, index) => name !== '' && types[index] === undefined)) return undefined;
  const fail = (problem: string): never => {
    const received = types.map((type) =>
      type === undefined ? 'nothing' : `${type.dtype} [${type.dims.join(',')}]`,
    );
    throw new ModelFormatError({
      where: describeNode(node),
      problem: `${problem}; inputs: ${received.join(', ') || 'none'}`,
    });
  };
  return rule({
    node,
    opset,
    fail,
    input: (index) => types[index] ?? fail(`input ${index} is missing`),
    has: (index) => types[index] !== undefined,
    constant: (index) => constantOf(node.inputs[index] ?? ''),
    shape: (index) => shapeOf(node.inputs[index] ?? ''),
    int: (name) => {
      const attribute = node.attributes[name];
      return attribute?.kind === 'int' ? Number(attribute.value) : undefined;
    },
    ints: (name) => {
      const attribute = node.attributes[name];
      return attribute?.kind === 'ints' ? attribute.value.map(Number) : undefined;
    },
  });
}

/**
 * Types of all values as far as they can be inferred without running the graph.
 *
 * @throws ModelFormatError if a node's inputs do not fit its operator.
 */
export function inferTypes(graph: Graph): ReadonlyMap<string, ValueType> {
  const types = new Map<string, ValueType>();
  const shapes = new Map<string, readonly Dim[]>();
  for (const { name, dtype, dims } of graph.inputs) types.set(name, { dtype, dims });
  for (const [name, { dtype, dims }] of graph.initializers) types.set(name, { dtype, dims });
  for (const node of graph.nodes) {
    const outputs = inferNode(
      node,
      graph.opset,
      (name) => types.get(name),
      (name) => graph.initializers.get(name),
      (name) => shapes.get(name),
    );
    const told = node.opType === 'Shape' ? types.get(node.inputs[0] ?? '') : undefined;
    if (told !== undefined && Object.keys(node.attributes).length === 0) {
      shapes.set(node.outputs[0] ?? '', told.dims);
    }
    node.outputs.forEach((name, index) => {
      const type = outputs?.[index];
      if (name !== '' && type !== undefined) types.set(name, type);
    });
  }
  return types;
}
