/** Leaving out what the outputs of a graph do not need. */
import type { GraphNode } from '../ir.ts';

/**
 * The nodes that the outputs need, in the order given, and the names of all values that those nodes and the outputs take.
 *
 * @param nodes each after those whose outputs it takes.
 */
export function neededNodes(
  nodes: readonly GraphNode[],
  outputs: readonly string[],
): { readonly nodes: GraphNode[]; readonly names: ReadonlySet<string> } {
  const names = new Set(outputs);
  const needed: GraphNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => names.has(name))) continue;
    for (const input of node.inputs) names.add(input);
    needed.unshift(node);
  }
  return { nodes: needed, names };
}
