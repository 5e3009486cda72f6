/**
 * The in-memory form of an ONNX graph: plain data that is easy to read, edit and print.
 * Not the protobuf form (see codec) and not a builder (see graph-builder).
 */
import type { DType, HostTensor, ValueInfo } from '@oddpixel/contract';

/** A node's attribute, tagged as ONNX tags it. Integers are int64, hence bigint-safe numbers or bigint. */
export type Attribute =
  | { readonly kind: 'int'; readonly value: number | bigint }
  | { readonly kind: 'ints'; readonly value: readonly (number | bigint)[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: HostTensor };

export interface GraphNode {
  readonly name: string;
  readonly opType: string;
  /** Operator domain; `''` is the standard one. */
  readonly domain: string;
  /** Names of values; `''` marks an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A graph in topological order. Functions here return new graphs; they never change one in place. */
export interface Graph {
  readonly name: string;
  /** Version of the standard operator set. */
  readonly opset: number;
  readonly irVersion: number;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, HostTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Type and shape of a value as far as they are known. */
export interface ValueType {
  readonly dtype: DType;
  readonly dims: readonly (number | string)[];
}
