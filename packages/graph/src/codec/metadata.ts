/**
 * The metadata of an ONNX file, without decoding its graph. By the wire format alone: running models needs no
 * protobuf library for it.
 */
import { FieldReader, type Span } from '../door/wire.ts';
import { refuse } from '../door/refuse.ts';
import { defaultReadLimits } from '../limits.ts';
import { joinBytes } from '@oddpixel/contract/unstable';
import { message, text } from './wire-writer.ts';

const graphField = 7;
const metadataField = 14;
const keyField = 1;
const valueField = 2;

/** Metadata by key. @throws ModelFormatError */
export function readMetadata(bytes: Uint8Array): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  let hasGraph = false;
  for (const fields of eachField(bytes)) {
    hasGraph ||= fields.field === graphField;
    if (fields.field !== metadataField) continue;
    const entry = fields.nested('metadata entry');
    const texts = new Map<number, string>();
    while (entry.next())
      if (entry.field === keyField || entry.field === valueField) texts.set(entry.field, entry.text());
    metadata.set(texts.get(keyField) ?? '', texts.get(valueField) ?? '');
  }
  if (!hasGraph) refuse('graph', 'the model has no graph');
  return metadata;
}

/** The same file with other metadata; the graph's bytes are not touched. Keys are written in order. @throws ModelFormatError */
export function writeMetadata(bytes: Uint8Array, metadata: ReadonlyMap<string, string>): Uint8Array {
  const kept: (Span & { readonly field: number })[] = [];
  for (const { field, fieldStart, fieldEnd } of eachField(bytes))
    if (field !== metadataField) kept.push({ field, start: fieldStart, end: fieldEnd });
  // In the order of their numbers, as every writer of protobuf has them.
  kept.sort((a, b) => a.field - b.field);
  const span = ({ start, end }: Span): Uint8Array => bytes.subarray(start, end);
  return joinBytes([
    ...kept.filter(({ field }) => field < metadataField).map(span),
    ...[...metadata].sort(([a], [b]) => (a < b ? -1 : 1)).map(metadataEntry),
    ...kept.filter(({ field }) => field > metadataField).map(span),
  ]);
}

function* eachField(bytes: Uint8Array): Generator<FieldReader, void, undefined> {
  if (bytes.length > defaultReadLimits.maxFileBytes)
    refuse('file', `${bytes.length} bytes, more than the limit of ${defaultReadLimits.maxFileBytes}`);
  const fields = new FieldReader(bytes, { start: 0, end: bytes.length }, 'model');
  while (fields.next()) yield fields;
}

function metadataEntry([key, value]: readonly [string, string]): Uint8Array {
  return message(metadataField, [text(keyField, key), text(valueField, value)]);
}
