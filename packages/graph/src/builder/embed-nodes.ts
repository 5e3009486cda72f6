/** Copying the nodes and constants of one graph into another under new names. */
import { ParameterError, type HostTensor } from '@oddpixel/contract';
import type { Graph, GraphNode } from '../ir.ts';

/** The graph that is copied into. */
export interface EmbedTarget {
  /** A name that begins like `base` and is not taken. */
  unique(base: string): string;
  /** Adds a constant under a name that is not taken. */
  constant(tensor: HostTensor, name: string): void;
  /** Adds a node whose inputs are there already. */
  add(node: GraphNode): void;
}

/**
 * Names of the values given for the graph's inputs.
 *
 * @throws ParameterError if an input without default is missing.
 */
export function givenNames(
  { inputs, initializers }: Graph,
  given: Readonly<Record<string, { readonly name: string }>>,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { name } of inputs) {
    const value = given[name];
    if (value !== undefined) names.set(name, value.name);
    else if (!initializers.has(name)) {
      throw new ParameterError({
        name: `inputs.${name}`,
        expected: 'a value for this input of the embedded graph',
        received: 'none',
      });
    }
  }
  return names;
}

/**
 * Copies a graph of the target's opset. Tensors are shared, not copied.
 *
 * @param given names in the target for the graph's inputs; inputs that have a default may be missing.
 * @returns names in the target, by name in the graph.
 */
export function embedNodes(
  { initializers, nodes }: Graph,
  given: ReadonlyMap<string, string>,
  prefix: string,
  target: EmbedTarget,
): ReadonlyMap<string, string> {
  const renamed = new Map(given);
  const rename = (name: string): string => (name === '' ? '' : (renamed.get(name) ?? name));
  for (const [name, tensor] of initializers) {
    if (renamed.has(name)) continue;
    const unique = target.unique(prefix + name);
    target.constant(tensor, unique);
    renamed.set(name, unique);
  }
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output !== '') renamed.set(output, target.unique(prefix + output));
    }
    target.add({
      ...node,
      name: target.unique(prefix + (node.name || node.opType)),
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    });
  }
  return renamed;
}
