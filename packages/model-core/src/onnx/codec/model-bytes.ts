/** Bytes ↔ the protobuf message of a model, and its metadata without looking at the graph. */
import { ModelFormatError } from '../../contract/index.ts';
import { defaultReadLimits, type ReadLimits } from './limits.ts';
import {
  create,
  fromBinary,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  toBinary,
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

/** Metadata of an ONNX file by key. Tensors are not decoded. @throws ModelFormatError */
export function readMetadata(bytes: Uint8Array): ReadonlyMap<string, string> {
  return metadataOf(decodeModel(bytes));
}

/** The same file with other metadata; the graph's bytes are not touched. Keys are written in order. @throws ModelFormatError */
export function writeMetadata(bytes: Uint8Array, metadata: ReadonlyMap<string, string>): Uint8Array {
  const model = decodeModel(bytes);
  model.metadataProps = metadataEntries(metadata);
  return toBinary(ModelProtoSchema, model);
}

export function metadataOf(model: ModelProto): Map<string, string> {
  return new Map(model.metadataProps.map(({ key, value }) => [key, value]));
}

export function metadataEntries(metadata: ReadonlyMap<string, string>): ModelProto['metadataProps'] {
  return [...metadata]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
}
