/** Fields of protobuf messages as bytes: what little is written without the protobuf library. */
import { joinBytes } from '@oddpixel/contract/unstable';

/** A field that holds a message, from the message's own fields. */
export function message(field: number, fields: readonly Uint8Array[]): Uint8Array {
  return lengthDelimited(field, joinBytes(fields));
}

export function text(field: number, value: string): Uint8Array {
  return lengthDelimited(field, new TextEncoder().encode(value));
}

/** @param value a whole number from 0, exact below 2^53. */
export function integer(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(8 * field), ...varint(value)]);
}

function lengthDelimited(field: number, content: Uint8Array): Uint8Array {
  return joinBytes([Uint8Array.from([...varint(8 * field + 2), ...varint(content.length)]), content]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
