/** The structure that every graph must have: unique names, known values, no cycle. Operators are not judged here. */
import { printable, refuse, shown } from './door/refuse.ts';
import type { Graph, GraphNode } from './ir.ts';

/**
 * Checks a graph and puts its nodes into topological order (a stable one: nodes that may stay in place do).
 *
 * @throws ModelFormatError
 */
export function validateGraph(graph: Graph): Graph {
  const nodes = checkStructure({
    inputs: graph.inputs.map(({ name }) => name),
    outputs: graph.outputs.map(({ name }) => name),
    initializers: [...graph.initializers.keys()],
    nodes: graph.nodes,
  });
  return { ...graph, nodes };
}

type StructureNode = Pick<GraphNode, 'name' | 'opType' | 'inputs' | 'outputs'>;

/** The names of a graph. */
export interface Structure<N extends StructureNode> {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly initializers: readonly string[];
  readonly nodes: readonly N[];
}

/** @returns the nodes in topological order. @throws ModelFormatError */
export function checkStructure<N extends StructureNode>(graph: Structure<N>): N[] {
  const { inputs, outputs, initializers, nodes } = graph;
  const known = new Set<string>();
  for (const name of inputs) {
    if (name === '' || known.has(name)) refuse(`input ${shown(name)}`, 'its name is empty or occurs twice');
    known.add(name);
  }
  const constants = new Set<string>();
  for (const name of initializers) {
    if (constants.has(name)) refuse(`initializer ${shown(name)}`, 'it occurs twice');
    constants.add(name);
    known.add(name);
  }
  const producers = new Map<string, N>();
  for (const node of nodes) {
    if (node.opType === '') refuse(describeNode(node), 'it names no operator');
    for (const output of node.outputs) {
      if (output === '') continue;
      if (known.has(output) || producers.has(output))
        refuse(describeNode(node), `value ${shown(output)} is made twice`);
      producers.set(output, node);
    }
  }
  const outputNames = new Set<string>();
  for (const name of outputs) {
    if (!known.has(name) && !producers.has(name)) refuse(`output ${shown(name)}`, 'no node makes it');
    if (outputNames.has(name)) refuse(`output ${shown(name)}`, 'its name occurs twice');
    outputNames.add(name);
  }
  return sortNodes(nodes, known, producers);
}

/** Depth-first without recursion, so that a deep graph cannot exhaust the stack. */
function sortNodes<N extends StructureNode>(
  nodes: readonly N[],
  known: ReadonlySet<string>,
  producers: ReadonlyMap<string, N>,
): N[] {
  const state = new Map<N, 'open' | 'done'>();
  const sorted: N[] = [];
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
      if (producer === undefined)
        return refuse(describeNode(top.node), `its input ${shown(input)} is made by nothing`);
      const seen = state.get(producer);
      if (seen === 'open') refuse(describeNode(top.node), 'it is part of a cycle');
      if (seen === undefined) {
        state.set(producer, 'open');
        stack.push({ node: producer, next: 0 });
      }
    }
  }
  return sorted;
}

/** `node \`name\` (Operator)`, for messages. */
export function describeNode({
  name,
  outputs,
  opType,
}: Pick<GraphNode, 'name' | 'outputs' | 'opType'>): string {
  return `node ${shown(name || outputs[0] || '?')} (${printable(opType)})`;
}
