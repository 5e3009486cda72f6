/**
 * What can be read of a damaged zlib stream (RFC 1950 and 1951): the bytes before the damage. The host's own
 * decompressor, which is faster, keeps those to itself. The checksum at the end is not looked at.
 */
import { joinBytes } from '@oddpixel/contract/unstable';

const longestCode = 15;

/** By the next 15 bits, lowest first: symbol × 16 + length of its code; 0 if there is no such code. */
type Table = Uint16Array;

/** Symbols from 257 on are lengths, all distances are symbols: their smallest values and how many bits follow. */
const lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const lengths = [...starts(3, lengthBits.slice(0, -1)), 258];
const distanceBits = Array.from({ length: 30 }, (_, i) => Math.max(0, (i >> 1) - 1));
const distances = starts(1, distanceBits);

function starts(first: number, bits: readonly number[]): number[] {
  let next = first;
  return bits.map((count) => (next += 2 ** count) - 2 ** count);
}

const orderOfLengths = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const [endOfBlock, stored, fixed, dynamic] = [256, 0, 1, 2];

const endOfData = Symbol('the data ends or is damaged');

/** @returns `length` bytes, zeros from the damage on */
export function inflateDamaged(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  // The first two bytes name the method.
  const reader = new Reader(joinBytes(parts).subarray(2));
  let filled = 0;
  const copyStored = (): void => {
    const count = reader.storedLength();
    for (let i = 0; i < count && filled < length; i++) bytes[filled++] = reader.bits(8);
  };
  const copyCoded = (symbols: Table, offsets: Table): void => {
    while (filled < length) {
      const symbol = reader.symbol(symbols);
      if (symbol === endOfBlock) return;
      if (symbol < endOfBlock) {
        bytes[filled++] = symbol;
        continue;
      }
      const count = valueOf(reader, symbol - 257, lengths, lengthBits);
      const back = valueOf(reader, reader.symbol(offsets), distances, distanceBits);
      if (back > filled) throw endOfData;
      for (let i = 0; i < count && filled < length; i++, filled++) {
        bytes[filled] = bytes[filled - back] as number;
      }
    }
  };
  try {
    for (;;) {
      const isLast = reader.bits(1) === 1;
      const kind = reader.bits(2);
      if (kind === stored) copyStored();
      else if (kind === fixed) copyCoded(...fixedTables());
      else if (kind === dynamic) copyCoded(...dynamicTables(reader));
      else throw endOfData;
      if (isLast || filled >= length) break;
    }
  } catch (reason) {
    if (reason !== endOfData) throw reason;
  }
  return bytes;
}

function valueOf(reader: Reader, i: number, first: readonly number[], more: readonly number[]): number {
  const [start, count] = [first[i], more[i]];
  if (start === undefined || count === undefined) throw endOfData;
  return start + reader.bits(count);
}

function fixedTables(): [Table, Table] {
  const symbols = Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8));
  return [tableOf(symbols), tableOf(Array<number>(30).fill(5))];
}

function dynamicTables(reader: Reader): [Table, Table] {
  const [symbols, offsets, count] = [257 + reader.bits(5), 1 + reader.bits(5), 4 + reader.bits(4)];
  const first = Array<number>(19).fill(0);
  for (let i = 0; i < count; i++) first[orderOfLengths[i] as number] = reader.bits(3);
  const table = tableOf(first);
  const all: number[] = [];
  while (all.length < symbols + offsets) {
    const symbol = reader.symbol(table);
    if (symbol < 16) all.push(symbol);
    else if (symbol === 16) pushMany(all, all.at(-1) ?? 0, 3 + reader.bits(2));
    else pushMany(all, 0, symbol === 17 ? 3 + reader.bits(3) : 11 + reader.bits(7));
  }
  return [tableOf(all.slice(0, symbols)), tableOf(all.slice(symbols, symbols + offsets))];
}

function pushMany(list: number[], value: number, count: number): void {
  for (let i = 0; i < count; i++) list.push(value);
}

/** Codes of one length follow each other in the order of their symbols. */
function tableOf(codeLengths: readonly number[]): Table {
  const table = new Uint16Array(1 << longestCode);
  let code = 0;
  for (let length = 1; length <= longestCode; length++, code <<= 1) {
    codeLengths.forEach((given, symbol) => {
      if (given !== length) return;
      let reversed = 0;
      for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
      for (let i = reversed; i < table.length; i += 1 << length) table[i] = symbol * 16 + length;
      code++;
    });
  }
  return table;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #bits = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bits(count: number): number {
    this.#fill(count);
    if (this.#count < count) throw endOfData;
    return this.#take(count);
  }

  symbol(table: Table): number {
    this.#fill(longestCode);
    const entry = table[this.#bits & ((1 << longestCode) - 1)] as number;
    const length = entry & 15;
    if (length === 0 || length > this.#count) throw endOfData;
    this.#take(length);
    return entry >> 4;
  }

  /** Of the bytes that follow, which start at a whole byte and are counted twice, the second time inverted. */
  storedLength(): number {
    this.#take(this.#count & 7);
    const [count, inverted] = [this.bits(16), this.bits(16)];
    if ((count ^ inverted) !== 0xffff) throw endOfData;
    return count;
  }

  #take(count: number): number {
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#count -= count;
    return value;
  }

  #fill(count: number): void {
    while (this.#count < count && this.#at < this.#bytes.length) {
      this.#bits |= (this.#bytes[this.#at++] as number) << this.#count;
      this.#count += 8;
    }
  }
}
