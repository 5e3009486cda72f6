/** Outputs under the names that their nodes give them: an Identity that only renames would copy the tensor. */
import type { GraphNode } from '../ir.ts';

/**
 * Removes every Identity whose output is an output of the graph and whose input is a node's own result, and gives
 * that result the output's name everywhere. Of several outputs for one result the first takes the name; an input, a
 * constant or a result that is an output already is still copied.
 *
 * @param outputs names of the graph's outputs.
 */
export function foldOutputNames(nodes: readonly GraphNode[], outputs: readonly string[]): GraphNode[] {
  const computed = new Set(nodes.flatMap((node) => node.outputs));
  const asked = new Set(outputs);
  const names = new Map<string, string>();
  const folded = new Set<GraphNode>();
  for (const node of nodes) {
    const [source = ''] = node.inputs;
    const [target = ''] = node.outputs;
    if (node.opType !== 'Identity' || node.domain !== '' || !asked.has(target)) continue;
    if (!computed.has(source) || asked.has(source) || names.has(source)) continue;
    names.set(source, target);
    folded.add(node);
  }
  const renamed = (name: string): string => names.get(name) ?? name;
  return nodes
    .filter((node) => !folded.has(node))
    .map((node) => ({ ...node, inputs: node.inputs.map(renamed), outputs: node.outputs.map(renamed) }));
}
