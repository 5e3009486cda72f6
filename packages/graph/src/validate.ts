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
  const producers = new Map<string, number>();
  for (const [index, node] of nodes.entries()) {
    if (node.opType === '') refuse(describeNode(node), 'it names no operator');
    for (const output of node.outputs) {
      if (output === '') continue;
      if (known.has(output) || producers.has(output))
        refuse(describeNode(node), `value ${shown(output)} is made twice`);
      producers.set(output, index);
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

const [open, done] = [1, 2];

/**
 * Depth-first without recursion, so that a deep graph cannot exhaust the stack.
 *
 * @param producers which node, by its place, makes a value
 */
function sortNodes<N extends StructureNode>(
  nodes: readonly N[],
  known: ReadonlySet<string>,
  producers: ReadonlyMap<string, number>,
): N[] {
  const state = new Uint8Array(nodes.length);
  const inputsSeen = new Uint32Array(nodes.length);
  const stack: number[] = [];
  const sorted: N[] = [];
  for (const start of nodes.keys()) {
    if (state[start] === done) continue;
    state[start] = open;
    stack.push(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const node = nodes[top] as N;
      const at = inputsSeen[top] ?? 0;
      inputsSeen[top] = at + 1;
      const input = node.inputs[at];
      if (input === undefined) {
        state[top] = done;
        sorted.push(node);
        stack.pop();
        continue;
      }
      if (input === '' || known.has(input)) continue;
      const producer = producers.get(input);
      if (producer === undefined)
        return refuse(describeNode(node), `its input ${shown(input)} is not made by any node`);
      if (state[producer] === open) refuse(describeNode(node), 'it is part of a cycle');
      if (state[producer] === done) continue;
      state[producer] = open;
      stack.push(producer);
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
