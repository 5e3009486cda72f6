/**
 * The fields of a protobuf message, read where they lie. Strict: a field that a lenient reader would skip or take for
 * another one is damage, since the engine's reader might see something else in it.
 */
import { refuse } from './refuse.ts';

export const varint = 0;
export const fixed64 = 1;
export const lengthDelimited = 2;
export const fixed32 = 5;

/** A part of the file. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Walks over the fields of one message: after `next()` the members describe the current field. */
export class FieldReader implements Span {
  readonly bytes: Uint8Array;
  field = 0;
  wireType = 0;
  /** Of a varint, as a signed 64-bit integer; exact below 2^53. */
  value = 0;
  /** The content of every other field. */
  start = 0;
  end = 0;
  /** Where the current field begins, its tag included. */
  fieldStart = 0;
  private at: number;
  private readonly limit: number;
  private readonly message: string;

  /** @param message what is read, for errors: `node`. */
  constructor(bytes: Uint8Array, { start, end }: Span, message: string) {
    this.bytes = bytes;
    this.at = start;
    this.limit = end;
    this.message = message;
  }

  /** @returns false at the end of the message. @throws ModelFormatError */
  next(): boolean {
    if (this.at >= this.limit) return false;
    this.fieldStart = this.at;
    const tag = this.readVarint();
    this.field = Math.floor(tag / 8);
    this.wireType = tag % 8;
    if (tag < 8 || tag >= 2 ** 32) this.damaged();
    if (this.wireType === varint) {
      this.value = this.readVarint();
      return true;
    }
    const length = this.contentLength();
    this.start = this.at;
    this.end = this.at + length;
    if (length < 0 || this.end > this.limit) this.damaged();
    this.at = this.end;
    return true;
  }

  /** Where the current field ends. */
  get fieldEnd(): number {
    return this.at;
  }

  /** @throws ModelFormatError if the current field is written in another way. */
  expect(wireType: number): void {
    if (this.wireType !== wireType) this.damaged();
  }

  /** The current field as text. @throws ModelFormatError if it is not UTF-8. */
  text(): string {
    this.expect(lengthDelimited);
    const { bytes, start, end } = this;
    if (end - start < longestPlain) {
      let text = '';
      for (let i = start; i < end; i++) {
        const byte = bytes[i] as number;
        if (byte > 127) return this.decode();
        text += String.fromCharCode(byte);
      }
      return text;
    }
    return this.decode();
  }

  /** The current field as a message of its own. */
  nested(message: string): FieldReader {
    this.expect(lengthDelimited);
    return new FieldReader(this.bytes, this, message);
  }

  /** Calls with the numbers of a repeated integer field, packed or not. */
  integers(add: (value: number) => void): void {
    if (this.wireType === varint) return add(this.value);
    this.expect(lengthDelimited);
    const packed = new FieldReader(this.bytes, this, this.message);
    while (packed.at < packed.limit) add(packed.readVarint());
  }

  damaged(): never {
    return refuse('file', `damaged near byte ${this.at}, in a ${this.message}`, damagedFix);
  }

  private contentLength(): number {
    if (this.wireType === lengthDelimited) return this.readVarint();
    if (this.wireType === fixed64) return 8;
    return this.wireType === fixed32 ? 4 : this.damaged();
  }

  private readVarint(): number {
    const { bytes, limit } = this;
    // In two halves: a small negative number has all 64 bits set, more than a double holds.
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10 && this.at < limit; i++) {
      const byte = bytes[this.at++] as number;
      if (i < 4) low += (byte & 127) * 2 ** (7 * i);
      else high += (byte & (i === 9 ? 1 : 127)) * 2 ** (7 * (i - 4));
      if (byte < 128) return (high >= 2 ** 35 ? high - 2 ** 36 : high) * 2 ** 28 + low;
    }
    return this.damaged();
  }

  private decode(): string {
    try {
      return utf8.decode(this.bytes.subarray(this.start, this.end));
    } catch {
      return this.damaged();
    }
  }
}

const longestPlain = 256;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const damagedFix = 'Check that it is an .onnx file and complete.';
