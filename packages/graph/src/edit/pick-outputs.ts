/** Cutting a graph down to some of its values. */
import { ModelFormatError, UnknownNameError, type ValueInfo } from '@oddpixel/contract';
import type { Graph, GraphNode } from '../ir.ts';
import { inferTypes } from '../types/infer.ts';

/**
 * The part of a graph that makes the named values, which become its outputs in that order. Intermediate values may
 * be named. Inputs that nothing needs any more are dropped.
 *
 * @throws UnknownNameError if there is no such value; ModelFormatError if an intermediate value's type cannot be inferred.
 */
export function pickOutputs(graph: Graph, names: readonly string[]): Graph {
  const types = inferTypes(graph);
  const declared = new Map(graph.outputs.map((info) => [info.name, info]));
  const made = new Set([...types.keys(), ...graph.nodes.flatMap(({ outputs }) => outputs)]);
  const outputs = names.map((name): ValueInfo => {
    if (!made.has(name)) {
      const known = graph.outputs.map((info) => info.name);
      throw new UnknownNameError({
        kind: 'output',
        name,
        known,
        fix: 'Name an output, or a value that a node makes.',
      });
    }
    const known = declared.get(name) ?? types.get(name);
    if (known === undefined) {
      throw new ModelFormatError({
        where: `value \`${name}\``,
        problem: 'its type cannot be determined: a node before it has an operator that is not supported',
      });
    }
    return { name, dtype: known.dtype, dims: known.dims };
  });
  return prune({ ...graph, outputs });
}

/** Without nodes, initializers and inputs that no output needs. */
export function prune(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes: GraphNode[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => name !== '' && needed.has(name))) continue;
    for (const input of node.inputs) needed.add(input);
    nodes.push(node);
  }
  return {
    ...graph,
    nodes: nodes.reverse(),
    inputs: graph.inputs.filter(({ name }) => needed.has(name)),
    initializers: new Map([...graph.initializers].filter(([name]) => needed.has(name))),
  };
}
