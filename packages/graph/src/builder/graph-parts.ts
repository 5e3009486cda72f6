/** What a graph under construction consists of, and which names are taken in it. */
import { ParameterError, type HostTensor } from '@oddpixel/contract';
import type { GraphNode, ValueType } from '../ir.ts';
import { inferNode } from '../types/infer.ts';
import type { Dim } from '../types/rule.ts';

export class GraphParts<Value extends ValueType & { readonly name: string }> {
  readonly opset: number;
  /** Each after those whose outputs it takes. */
  readonly nodes: GraphNode[] = [];
  readonly initializers: Map<string, HostTensor> = new Map();
  readonly values: Map<string, Value> = new Map();
  /** The shapes that Shape nodes return, by the name of their output: Reshape and Expand to a runtime shape keep its names. */
  readonly shapes: Map<string, readonly Dim[]> = new Map();
  readonly #nodeNames = new Set<string>();
  readonly #counters = new Map<string, number>();

  constructor(opset: number) {
    this.opset = opset;
  }

  /** @throws ParameterError if its name is taken. */
  define(value: Value): Value {
    if (this.values.has(value.name)) throw taken(value.name);
    this.values.set(value.name, value);
    return value;
  }

  /** Adds a node; its outputs are defined by the caller. */
  push(node: GraphNode): void {
    this.#nodeNames.add(node.name);
    this.nodes.push(node);
  }

  /** Moves the nodes from `begin` on before all others; what they call `from` is called `to` then. */
  moveToFront(begin: number, from: string, to: string): void {
    const moved = this.nodes.splice(begin).map((node) => ({
      ...node,
      outputs: node.outputs.map((name) => (name === from ? to : name)),
    }));
    this.nodes.unshift(...moved);
  }

  /** Types of a node's outputs; `undefined` for an operator without shape rule. */
  infer(node: GraphNode): ReturnType<typeof inferNode> {
    return inferNode(
      node,
      this.opset,
      (name) => this.values.get(name),
      (name) => this.initializers.get(name),
      (name) => this.shapes.get(name),
    );
  }

  /** A name that is not taken: `relu`, `relu_1`, `relu_2`, … */
  unique(base: string): string {
    for (;;) {
      const count = this.#counters.get(base) ?? 0;
      this.#counters.set(base, count + 1);
      const name = count === 0 ? base : `${base}_${count}`;
      const isTaken = this.values.has(name) || this.initializers.has(name) || this.#nodeNames.has(name);
      if (!isTaken) return name;
    }
  }
}

export function taken(name: string): ParameterError {
  return new ParameterError({ name, expected: 'a name that is not taken in this graph', received: name });
}
