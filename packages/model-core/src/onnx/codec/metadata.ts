/**
 * The metadata of an ONNX file, without decoding its graph. By the wire format alone: whoever only runs models needs no
 * protobuf library for it.
 */
import { FieldReader, type Span } from '../door/wire.ts';
import { refuse } from '../door/refuse.ts';
import { defaultReadLimits } from './limits.ts';

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
  return joined([
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
  const encoder = new TextEncoder();
  const parts = [textField(keyField, encoder.encode(key)), textField(valueField, encoder.encode(value))];
  return textField(metadataField, joined(parts));
}

/** Tag, length and content. */
function textField(field: number, content: Uint8Array): Uint8Array {
  return joined([Uint8Array.of(field * 8 + 2), varintBytes(content.length), content]);
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
