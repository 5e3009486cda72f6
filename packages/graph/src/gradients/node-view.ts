/** What a rule sees of a node: its values, attributes, and the gradients that have arrived at its outputs. */
import { UnsupportedOperatorError } from '@oddpixel/contract';
import type { GraphBuilder, Value } from '../builder/index.ts';
import type { Attribute, GraphNode } from '../ir.ts';
import type { NodeView } from './rule.ts';
import { expandLike } from './shapes.ts';

/** @param found gradients by the name of their value, possibly with repetitions not written out. */
export function createNodeView(
  builder: GraphBuilder,
  node: GraphNode,
  found: ReadonlyMap<string, Value>,
): NodeView {
  const unsupported = (reason: string): UnsupportedOperatorError =>
    new UnsupportedOperatorError({ operator: node.opType, node: node.name, reason });
  const valueOf = (name: string | undefined, what: string): Value => {
    const value = name === undefined || name === '' ? undefined : builder.value(name);
    if (value === undefined) throw unsupported(`${what} is left out or its type is not known`);
    return value;
  };
  const output = (index = 0): Value => valueOf(node.outputs[index], `output ${index}`);
  const gradientOf = (index: number): Value | undefined => {
    const gradient = found.get(node.outputs[index] ?? '');
    return gradient === undefined ? undefined : expandLike(gradient, output(index));
  };
  const compact = (): Value => {
    const gradient = found.get(node.outputs[0] ?? '');
    if (gradient === undefined) throw unsupported('only the gradient of its first output is known here');
    return gradient;
  };
  let written: Value | undefined;
  return {
    node,
    input: (index) => valueOf(node.inputs[index], `input ${index}`),
    has: (index) => (node.inputs[index] ?? '') !== '',
    output,
    get gradient() {
      return (written ??= expandLike(compact(), output()));
    },
    get compactGradient() {
      return compact();
    },
    gradientOf,
    constant: (index) => builder.constantOf(valueOf(node.inputs[index], `input ${index}`)),
    int: (name, absent) => Number(attribute(node, name, 'int')?.value ?? absent),
    ints: (name) => attribute(node, name, 'ints')?.value.map(Number),
    float: (name, absent) => attribute(node, name, 'float')?.value ?? absent,
    string: (name, absent) => attribute(node, name, 'string')?.value ?? absent,
    unsupported,
  };
}

function attribute<K extends Attribute['kind']>(
  node: GraphNode,
  name: string,
  kind: K,
): Extract<Attribute, { kind: K }> | undefined {
  const found = node.attributes[name];
  return found?.kind === kind ? (found as Extract<Attribute, { kind: K }>) : undefined;
}
