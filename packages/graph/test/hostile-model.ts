/** Models that are wrong in one way: a plain small one, changed as a message, or written field by field. */
import {
  AttributeProtoSchema,
  AttributeType,
  create,
  fromBinary,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  toBinary,
  type AttributeProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from '../src/codec/protobuf.ts';
import { GraphBuilder, mul, reduceMax, reduceMean, writeGraph } from '../src/index.ts';

/** `image` [N,3,32,64] → `anomaly_map` [N,1,32,64] and `anomaly_score` [N], as our models have them. */
export function plainModel(): Uint8Array {
  const g = new GraphBuilder({ opset: 17, name: 'plain' });
  const image = g.input('image', 'float32', ['N', 3, 32, 64]);
  const map = mul(reduceMean(image, [1], { keepDims: true }), 2);
  g.output('anomaly_map', map);
  g.output('anomaly_score', reduceMax(map, [1, 2, 3]));
  return writeGraph(g.build());
}

/** The plain model with its message changed. */
export function changedModel(change: (model: ModelProto) => void): Uint8Array {
  const model = fromBinary(ModelProtoSchema, plainModel());
  change(model);
  return toBinary(ModelProtoSchema, model);
}

/** The plain model with more nodes in front of its own. */
export function withNodes(
  nodes: readonly NodeProto[],
  initializers: readonly TensorProto[] = [],
): Uint8Array {
  return changedModel(({ graph }) => {
    if (graph === undefined) return;
    graph.node = [...nodes, ...graph.node];
    graph.initializer = [...initializers, ...graph.initializer];
  });
}

export function node(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attribute: readonly AttributeProto[] = [],
  domain = '',
): NodeProto {
  return create(NodeProtoSchema, {
    opType,
    domain,
    input: [...input],
    output: [...output],
    attribute: [...attribute],
  });
}

export function integerAttribute(name: string, ...ints: readonly number[]): AttributeProto {
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: ints.map(BigInt) });
}

/** An int64 vector. */
export function integers(name: string, ...values: readonly number[]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: 7,
    dims: [BigInt(values.length)],
    int64Data: values.map(BigInt),
  });
}

/** A float32 vector as raw bytes. */
export function floats(name: string, ...values: readonly number[]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: 1,
    dims: [BigInt(values.length)],
    rawData: new Uint8Array(Float32Array.from(values).buffer),
  });
}

/** A field with a content, on the wire. */
export function field(number: number, content: Uint8Array): Uint8Array {
  return joined(varint(number * 8 + 2), varint(content.length), content);
}

export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) + (rest >= 128 ? 128 : 0));
    if (rest < 128) return Uint8Array.from(bytes);
  }
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
