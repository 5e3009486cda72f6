/** Bytes ↔ the protobuf message of a model. */
import { ModelFormatError } from '@oddpixel/contract';
import {
  create,
  fromBinary,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  type ModelProto,
} from './protobuf.ts';

/** The message of bytes that passed the door, which has checked their size and that there is a graph. @throws ModelFormatError */
export function decodeModel(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new ModelFormatError(
      {
        where: 'file',
        problem: 'not a protocol buffer of an ONNX model, or cut off',
        fix: 'Check that it is an .onnx file and complete.',
      },
      { cause },
    );
  }
}

export function metadataOf(model: ModelProto): Map<string, string> {
  return new Map(model.metadataProps.map(({ key, value }) => [key, value]));
}

export function metadataEntries(metadata: ReadonlyMap<string, string>): ModelProto['metadataProps'] {
  return [...metadata]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
}
