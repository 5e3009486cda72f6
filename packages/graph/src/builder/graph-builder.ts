/**
 * Building graphs from typed values. A `GraphBuilder` collects nodes; the operators are free functions beside it
 * (`add`, `conv`, `reduceMin`, …), so that a model reads like its formula:
 *
 * ```ts
 * const g = new GraphBuilder({ opset: 17 });
 * const x = g.input('x', 'float32', ['N', 3]);
 * g.output('y', sqrt(relu(sub(mul(x, x), 1))));
 * const graph = g.build();
 * ```
 *
 * Shapes are known as soon as a value exists; an operand that does not fit throws at the call that uses it.
 */
import {
  hostTensor,
  ParameterError,
  UnsupportedOpsetError,
  UnsupportedOperatorError,
  type DType,
  type HostTensor,
  type ValueInfo,
} from '@oddpixel/contract';
import { irVersionFor } from '../opsets.ts';
import { upgradeOpset } from '../edit/upgrade-opset.ts';
import type { Attribute, Graph, GraphNode } from '../ir.ts';
import type { Dim } from '../types/rule.ts';
import { validateGraph } from '../validate.ts';
import { constantTensor } from './constant-tensor.ts';
import { embedNodes, givenNames } from './embed-nodes.ts';
import { foldOutputNames } from './fold-output-names.ts';
import { GraphParts, taken } from './graph-parts.ts';
import { neededNodes } from './needed-nodes.ts';

/** A value of a graph under construction: what flows along its edges. */
export interface Value {
  readonly builder: GraphBuilder;
  readonly name: string;
  readonly dtype: DType;
  /** Known sizes, or names of dynamic ones. */
  readonly dims: readonly Dim[];
}

/** What an operator takes: a value, or a number that becomes a scalar of the other operand's type. */
export type Operand = Value | number;

export interface GraphBuilderOptions {
  /** Version of the standard operator set, 17 to 23. Default 17. */
  readonly opset?: number;
  readonly name?: string;
}

const lowestOpset = 17;
const highestOpset = 23;

/** How a value changes with another one, element by element. */
export interface Slope {
  readonly x: Value;
  /** Builds dy/dx, in the shape of `x`. */
  build(): Value;
}

export class GraphBuilder {
  readonly opset: number;
  readonly #name: string;
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #slopes = new Map<string, Slope>();
  readonly #parts: GraphParts<Value>;

  /** @throws UnsupportedOpsetError outside 17..23. */
  constructor({ opset = lowestOpset, name = 'graph' }: GraphBuilderOptions = {}) {
    if (!Number.isInteger(opset) || opset < lowestOpset || opset > highestOpset) {
      throw new UnsupportedOpsetError({ opset, supported: `${lowestOpset} to ${highestOpset}` });
    }
    this.opset = opset;
    this.#name = name;
    this.#parts = new GraphParts(opset);
  }

  /** Declares an input. Named dimensions are dynamic. @throws ParameterError if the name is taken. */
  input(name: string, dtype: DType, dims: readonly Dim[]): Value {
    this.#inputs.push({ name, dtype, dims });
    return this.#define(name, dtype, dims);
  }

  /** A constant: a tensor, a number (float32 scalar), or a list of numbers (float32 vector). `name` fixes the initializer's name. */
  constant(value: HostTensor | number | readonly number[], name?: string): Value {
    const tensor = constantTensor(value);
    const unique = name ?? this.#parts.unique('constant');
    this.#parts.initializers.set(unique, tensor);
    return this.#define(unique, tensor.dtype, tensor.dims);
  }

  /** An input that has a default: an initializer that a caller may override. */
  overridable(name: string, value: HostTensor): Value {
    this.#inputs.push({ name, dtype: value.dtype, dims: value.dims });
    return this.constant(value, name);
  }

  /** An int64 vector, as shape operators take it. */
  integers(values: readonly number[]): Value {
    return this.constant(hostTensor('int64', [values.length], BigInt64Array.from(values, BigInt)));
  }

  /**
   * Adds one node; `undefined` leaves an optional input or attribute out. The operator functions call this.
   *
   * @throws ModelFormatError if the inputs do not fit; UnsupportedOperatorError for an operator without shape rule.
   */
  node(
    opType: string,
    inputs: readonly (Value | undefined)[],
    options: Readonly<Record<string, Attribute | undefined>> = {},
    outputCount: number = 1,
  ): Value[] {
    for (const input of inputs) this.#own(input);
    const name = this.#parts.unique(opType.toLowerCase());
    const attributes = Object.fromEntries(
      Object.entries(options).filter((entry): entry is [string, Attribute] => entry[1] !== undefined),
    );
    const outputs = Array.from({ length: outputCount }, (_, i) => (i === 0 ? name : `${name}_${i}`));
    const node: GraphNode = {
      name,
      opType,
      domain: '',
      inputs: inputs.map((v) => v?.name ?? ''),
      outputs,
      attributes,
    };
    const types = this.#parts.infer(node);
    if (types === undefined) {
      throw new UnsupportedOperatorError({
        operator: opType,
        node: name,
        reason: 'its result type is not known to the builder',
      });
    }
    this.#parts.push(node);
    if (opType === 'Shape' && inputs[0] !== undefined && Object.keys(attributes).length === 0) {
      this.#parts.shapes.set(name, inputs[0].dims);
    }
    return outputs.map((output, index) => {
      const type = types[index] ?? types[0];
      return this.#define(output, type?.dtype ?? 'float32', type?.dims ?? []);
    });
  }

  /**
   * Puts another graph into this one; its values get the prefix `${graph.name}/`. Initializers are shared, not copied.
   *
   * @param inputs values for the graph's inputs, by name.
   * @returns the graph's outputs, by name.
   * @throws ParameterError if an input is missing; UnsupportedOpsetError if it cannot be brought to this opset.
   */
  embed(
    graph: Graph,
    inputs: Readonly<Record<string, Value>>,
    prefix: string = `${graph.name}/`,
  ): Record<string, Value> {
    const upgraded = validateGraph(graph.opset === this.opset ? graph : upgradeOpset(graph, this.opset));
    for (const { name } of upgraded.inputs) this.#own(inputs[name]);
    const given = givenNames(upgraded, inputs);
    const renamed = embedNodes(upgraded, given, prefix, {
      unique: (base) => this.#parts.unique(base),
      constant: (tensor, name) => void this.constant(tensor, name),
      add: (node) => this.#embedNode(node),
    });
    return Object.fromEntries(
      upgraded.outputs.map((info) => [info.name, this.#embeddedOutput(info, renamed)]),
    );
  }

  /** Declares an output under a name of its own. @throws ParameterError if the name is taken. */
  output(name: string, value: Value): void {
    this.#own(value);
    if (this.#parts.values.has(name) && value.name !== name) throw taken(name);
    if (this.#outputs.some((output) => output.name === name)) throw taken(name);
    this.#outputs.push({ name, dtype: value.dtype, dims: value.dims });
    if (value.name !== name) this.named(name, value);
  }

  /** The same value under a name of its own, by which `pickOutputs` finds it later. @throws ParameterError if the name is taken. */
  named(name: string, value: Value): Value {
    this.#own(value);
    this.#parts.push({
      name: this.#parts.unique(`${name}/identity`),
      opType: 'Identity',
      domain: '',
      inputs: [value.name],
      outputs: [name],
      attributes: {},
    });
    return this.#define(name, value.dtype, value.dims);
  }

  /**
   * Makes an input a value that is computed from other inputs and constants, before everything else.
   *
   * @throws ParameterError if it is not an input.
   */
  replaceInput(input: Value, build: () => Value): void {
    this.#own(input);
    if (!this.isInput(input)) {
      throw new ParameterError({
        name: input.name,
        expected: 'an input of the graph',
        received: 'a value that is computed or constant',
      });
    }
    const end = this.#parts.nodes.length;
    this.#parts.moveToFront(end, build().name, input.name);
    this.#inputs.splice(
      this.#inputs.findIndex(({ name }) => name === input.name),
      1,
    );
    this.#parts.initializers.delete(input.name);
  }

  /** States how `y` changes with `x`, if that takes fewer nodes than going back through all nodes between them. */
  setSlope(y: Value, slope: Slope): Value {
    this.#own(y);
    this.#own(slope.x);
    this.#slopes.set(y.name, slope);
    return y;
  }

  /** What `setSlope` stated for the value of that name. */
  slopeOf(name: string): Slope | undefined {
    return this.#slopes.get(name);
  }

  /** All nodes so far, each after those whose outputs it takes. */
  get nodes(): readonly GraphNode[] {
    return this.#parts.nodes;
  }

  /** The value of that name; `undefined` if there is none or its type is not known. */
  value(name: string): Value | undefined {
    return this.#parts.values.get(name);
  }

  /** The tensor behind a constant that no caller can override. */
  constantOf(value: Value): HostTensor | undefined {
    return this.isInput(value) ? undefined : this.#parts.initializers.get(value.name);
  }

  /** Whether a caller gives the value, or may override it. */
  isInput({ name }: Value): boolean {
    return this.#inputs.some((input) => input.name === name);
  }

  /** The finished graph. Nothing that the outputs do not need is in it, but inputs stay. */
  build(): Graph {
    const outputNames = this.#outputs.map(({ name }) => name);
    const { nodes, names } = neededNodes(this.#parts.nodes, outputNames);
    return validateGraph({
      name: this.#name,
      opset: this.opset,
      irVersion: irVersionFor(this.opset),
      inputs: this.#inputs,
      outputs: this.#outputs,
      nodes: foldOutputNames(nodes, outputNames),
      initializers: new Map([...this.#parts.initializers].filter(([name]) => names.has(name))),
      metadata: new Map(),
    });
  }

  /** Values of an operator without shape rule stay unknown. */
  #embedNode(node: GraphNode): void {
    const types = this.#parts.infer(node);
    this.#parts.push(node);
    node.outputs.forEach((name, index) => {
      const type = types?.[index];
      if (name !== '' && type !== undefined) this.#define(name, type.dtype, type.dims);
    });
  }

  #embeddedOutput(info: ValueInfo, renamed: ReadonlyMap<string, string>): Value {
    const name = renamed.get(info.name) ?? info.name;
    // An operator without a shape rule: the graph's own declaration holds.
    return this.#parts.values.get(name) ?? this.#define(name, info.dtype, info.dims);
  }

  #define(name: string, dtype: DType, dims: readonly Dim[]): Value {
    return this.#parts.define({ builder: this, name, dtype, dims });
  }

  #own(value: Value | undefined): void {
    if (value !== undefined && value.builder !== this) {
      throw new ParameterError({
        name: value.name,
        expected: 'a value of this builder',
        received: 'a value of another builder',
      });
    }
  }
}
