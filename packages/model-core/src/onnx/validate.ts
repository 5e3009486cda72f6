/** The structure that every graph must have: unique names, known values, no cycle. Operators are not judged here. */
import { ModelFormatError } from '../contract/index.ts';
import type { Graph, GraphNode } from './ir.ts';

/**
 * Checks a graph and puts its nodes into topological order (a stable one: nodes that may stay in place do).
 *
 * @throws ModelFormatError
 */
export function validateGraph(graph: Graph): Graph {
  const inputNames = graph.inputs.map(({ name }) => name);
  const known = new Set<string>([...inputNames, ...graph.initializers.keys()]);
  const repeatedInput = inputNames.find((name, index) => name === '' || inputNames.indexOf(name) !== index);
  if (repeatedInput !== undefined) {
    throw new ModelFormatError({
      where: `input \`${repeatedInput}\``,
      problem: 'its name is empty or occurs twice',
    });
  }
  const producers = new Map<string, GraphNode>();
  for (const node of graph.nodes) {
    if (node.opType === '')
      throw new ModelFormatError({ where: describeNode(node), problem: 'it names no operator' });
    for (const output of node.outputs) {
      if (output === '') continue;
      if (known.has(output) || producers.has(output)) {
        throw new ModelFormatError({
          where: describeNode(node),
          problem: `value \`${output}\` is made twice`,
        });
      }
      producers.set(output, node);
    }
  }
  const outputNames = new Set<string>();
  for (const { name } of graph.outputs) {
    if (!known.has(name) && !producers.has(name)) {
      throw new ModelFormatError({ where: `output \`${name}\``, problem: 'no node makes it' });
    }
    if (outputNames.has(name))
      throw new ModelFormatError({ where: `output \`${name}\``, problem: 'its name occurs twice' });
    outputNames.add(name);
  }
  return { ...graph, nodes: sortNodes(graph.nodes, known, producers) };
}

/** Depth-first without recursion, so that a deep graph cannot exhaust the stack. */
function sortNodes(
  nodes: readonly GraphNode[],
  known: ReadonlySet<string>,
  producers: ReadonlyMap<string, GraphNode>,
): GraphNode[] {
  const state = new Map<GraphNode, 'open' | 'done'>();
  const sorted: GraphNode[] = [];
  for (const start of nodes) {
    const stack = [{ node: start, next: 0 }];
    if (state.has(start)) continue;
    state.set(start, 'open');
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++];
      if (input === undefined) {
        state.set(top.node, 'done');
        sorted.push(top.node);
        stack.pop();
        continue;
      }
      if (input === '' || known.has(input)) continue;
      const producer = producers.get(input);
      if (producer === undefined) {
        throw new ModelFormatError({
          where: describeNode(top.node),
          problem: `its input \`${input}\` is made by nothing`,
        });
      }
      const seen = state.get(producer);
      if (seen === 'open')
        throw new ModelFormatError({ where: describeNode(top.node), problem: 'it is part of a cycle' });
      if (seen === undefined) {
        state.set(producer, 'open');
        stack.push({ node: producer, next: 0 });
      }
    }
  }
  return sorted;
}

/** `node \`name\` (Operator)`, for messages. */
export function describeNode(node: GraphNode): string {
  return `node \`${node.name || node.outputs[0] || '?'}\` (${node.opType})`;
}
