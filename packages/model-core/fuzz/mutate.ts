/**
 * Damaged ONNX files that still look like ONNX files. Mutations know the protobuf wire format, so that most mutants
 * get past the first bytes: fields are changed, removed, repeated, moved, swapped between places, nested messages
 * are entered, and now and then plain bytes are flipped.
 */

export interface Random {
  /** An integer in 0..limit − 1. */
  integer(limit: number): number;
}

/** One field of a message: its bytes on the wire. */
interface Field {
  readonly number: number;
  readonly wireType: number;
  /** The value's bytes: a varint, a fixed-size number, or the content of a length-delimited field. */
  readonly value: Uint8Array;
}

/** A mutant of `bytes` after one to three mutations. */
export function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  let mutant = bytes;
  for (let i = 0; i <= random.integer(3); i++) {
    mutant = random.integer(8) === 0 ? flipBytes(mutant, random) : mutateMessage(mutant, random, 0);
  }
  return mutant;
}

const deepest = 7;

/** Changes one field, or goes into a nested message and changes one there. */
function mutateMessage(bytes: Uint8Array, random: Random, depth: number): Uint8Array {
  const fields = parseFields(bytes);
  if (fields === undefined || fields.length === 0) return flipBytes(bytes, random);
  const index = random.integer(fields.length);
  const field = fields[index] as Field;
  const nested = field.wireType === lengthDelimited && depth < deepest && field.value.length > 1;
  if (nested && random.integer(4) !== 0) {
    const value = mutateMessage(field.value, random, depth + 1);
    return writeFields(fields.with(index, { ...field, value }));
  }
  return writeFields(mutateFields(fields, index, random));
}

function mutateFields(fields: readonly Field[], index: number, random: Random): readonly Field[] {
  const field = fields[index] as Field;
  const other = random.integer(fields.length);
  switch (random.integer(7)) {
    case 0:
      return fields.toSpliced(index, 1);
    case 1:
      return [...fields, field];
    case 2:
      return fields.with(index, fields[other] as Field).with(other, field);
    case 3:
      return fields.with(index, { ...field, number: 1 + random.integer(25) });
    case 4:
      return fields.with(index, { ...field, value: (fields[other] as Field).value });
    case 5:
      return fields.with(index, { ...field, value: extremeValue(field, random) });
    default:
      return fields.with(index, { ...field, value: flipBytes(field.value, random) });
  }
}

/** Numbers and lengths that break careless readers. */
function extremeValue({ wireType, value }: Field, random: Random): Uint8Array {
  if (wireType === lengthDelimited) {
    return random.integer(2) === 0 ? value.subarray(0, random.integer(value.length + 1)) : new Uint8Array(0);
  }
  const numbers = [0n, 1n, 0x7fn, 0x7fff_ffffn, 0xffff_ffffn, 1n << 40n, (1n << 63n) - 1n, (1n << 64n) - 1n];
  return wireType === varint
    ? writeVarint(numbers[random.integer(numbers.length)] as bigint)
    : value.map(() => 255);
}

function flipBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  for (let i = 0; i <= random.integer(4) && copy.length > 0; i++)
    copy[random.integer(copy.length)] = random.integer(256);
  return copy;
}

const varint = 0;
const lengthDelimited = 2;

/** The fields of a message, or `undefined` if the bytes are none. */
function parseFields(bytes: Uint8Array): Field[] | undefined {
  const fields: Field[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const tag = readVarint(bytes, offset);
    if (tag === undefined) return undefined;
    offset = tag.end;
    const wireType = Number(tag.value & 7n);
    const number = Number(tag.value >> 3n);
    if (number < 1 || number > 1_000_000) return undefined;
    let begin = offset;
    let end: number;
    if (wireType === varint) end = readVarint(bytes, offset)?.end ?? -1;
    else if (wireType === 1) end = offset + 8;
    else if (wireType === 5) end = offset + 4;
    else if (wireType === lengthDelimited) {
      const length = readVarint(bytes, offset);
      if (length === undefined || length.value > BigInt(bytes.length)) return undefined;
      begin = length.end;
      end = begin + Number(length.value);
    } else return undefined;
    if (end < 0 || end > bytes.length) return undefined;
    fields.push({ number, wireType, value: bytes.subarray(begin, end) });
    offset = end;
  }
  return fields;
}

function writeFields(fields: readonly Field[]): Uint8Array {
  const parts = fields.flatMap(({ number, wireType, value }) => [
    writeVarint((BigInt(number) << 3n) | BigInt(wireType)),
    ...(wireType === lengthDelimited ? [writeVarint(BigInt(value.length))] : []),
    value,
  ]);
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function readVarint(bytes: Uint8Array, start: number): { value: bigint; end: number } | undefined {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) return undefined;
    value |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return { value, end: start + i + 1 };
  }
  return undefined;
}

function writeVarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}
