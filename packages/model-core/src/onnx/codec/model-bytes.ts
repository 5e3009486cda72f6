/** Bytes ↔ the protobuf message of a model. */
import { ModelFormatError } from '../../contract/index.ts';
import { defaultReadLimits, type ReadLimits } from './limits.ts';
import {
  create,
  fromBinary,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  type ModelProto,
} from './protobuf.ts';

/** @throws ModelFormatError */
export function decodeModel(bytes: Uint8Array, limits: ReadLimits = defaultReadLimits): ModelProto {
  if (bytes.length > limits.maxFileBytes) {
    throw new ModelFormatError({
      where: 'file',
      problem: `${bytes.length} bytes, more than the limit of ${limits.maxFileBytes}`,
    });
  }
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
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
  if (model.graph === undefined)
    throw new ModelFormatError({ where: 'graph', problem: 'the model has no graph' });
  return model;
}

export function metadataOf(model: ModelProto): Map<string, string> {
  return new Map(model.metadataProps.map(({ key, value }) => [key, value]));
}

export function metadataEntries(metadata: ReadonlyMap<string, string>): ModelProto['metadataProps'] {
  return [...metadata]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
}
