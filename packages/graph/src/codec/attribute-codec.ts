/** Attributes of nodes in ONNX files. */
import { ModelFormatError } from '@oddpixel/contract';
import type { Attribute } from '../ir.ts';
import type { ReadLimits } from '../limits.ts';
import { AttributeProtoSchema, AttributeType, create, type AttributeProto } from './protobuf.ts';
import { readTensor, writeTensor } from './tensor-codec.ts';

const decoder = new TextDecoder('utf-8');
const encoder = new TextEncoder();

/** @throws ModelFormatError for subgraphs and other kinds that this product does not use. */
export function readAttribute(attribute: AttributeProto, where: string, limits: ReadLimits): Attribute {
  switch (attribute.type) {
    case AttributeType.INT:
      return { kind: 'int', value: small(attribute.i) };
    case AttributeType.INTS:
      return { kind: 'ints', value: attribute.ints.map(small) };
    case AttributeType.FLOAT:
      return { kind: 'float', value: attribute.f };
    case AttributeType.FLOATS:
      return { kind: 'floats', value: attribute.floats };
    case AttributeType.STRING:
      return { kind: 'string', value: decoder.decode(attribute.s) };
    case AttributeType.STRINGS:
      return { kind: 'strings', value: attribute.strings.map((s) => decoder.decode(s)) };
    case AttributeType.TENSOR:
      if (attribute.t === undefined) throw new ModelFormatError({ where, problem: 'the tensor is missing' });
      return { kind: 'tensor', value: readTensor(attribute.t, where, limits) };
    case AttributeType.GRAPH:
    case AttributeType.GRAPHS:
      throw new ModelFormatError({ where, problem: 'subgraphs (If, Loop, Scan) are not supported' });
    default:
      throw new ModelFormatError({ where, problem: `attribute type ${attribute.type} is not supported` });
  }
}

export function writeAttribute(name: string, attribute: Attribute): AttributeProto {
  switch (attribute.kind) {
    case 'int':
      return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(attribute.value) });
    case 'ints':
      return create(AttributeProtoSchema, {
        name,
        type: AttributeType.INTS,
        ints: attribute.value.map(BigInt),
      });
    case 'float':
      return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: attribute.value });
    case 'floats':
      return create(AttributeProtoSchema, { name, type: AttributeType.FLOATS, floats: [...attribute.value] });
    case 'string':
      return create(AttributeProtoSchema, {
        name,
        type: AttributeType.STRING,
        s: encoder.encode(attribute.value),
      });
    case 'strings':
      return create(AttributeProtoSchema, {
        name,
        type: AttributeType.STRINGS,
        strings: attribute.value.map((s) => encoder.encode(s)),
      });
    case 'tensor':
      return create(AttributeProtoSchema, {
        name,
        type: AttributeType.TENSOR,
        t: writeTensor('', attribute.value),
      });
  }
}

/** int64 as a number if that is exact. */
function small(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
