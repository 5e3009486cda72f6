/** Damage to any file: bits, numbers, lengths, parts that are removed, doubled or moved. */
import type { Random } from '@oddpixel/contract';

/** One to four of the changes below. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let mutant = bytes;
  for (let i = random.integer(4); i >= 0; i--) mutant = mutateOnce(mutant, random);
  return mutant;
}

function mutateOnce(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length < 8) return Uint8Array.of(random.integer(256));
  // Headers decide more than pixels.
  const start = random.integer(random.integer(2) === 0 ? Math.min(64, bytes.length) : bytes.length);
  const length = 1 + random.integer(Math.min(40, bytes.length - start));
  const copy = bytes.slice();
  switch (random.integer(7)) {
    case 0:
      copy[start] = (copy[start] as number) ^ (1 << random.integer(8));
      return copy;
    case 1:
      copy[start] = random.integer(256);
      return copy;
    case 2:
      return bytes.slice(0, start);
    case 3:
      return join(bytes.subarray(0, start), bytes.subarray(start + length));
    case 4:
      return join(bytes.subarray(0, start + length), bytes.subarray(start));
    case 5:
      copy.copyWithin(random.integer(bytes.length), start, start + length);
      return copy;
    default:
      return extremeNumber(copy, start, random);
  }
}

const extremes = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

function extremeNumber(bytes: Uint8Array, start: number, random: Random): Uint8Array {
  const offset = Math.min(start, bytes.length - 4);
  const value = extremes[random.integer(extremes.length)] as number;
  new DataView(bytes.buffer).setUint32(offset, value, random.integer(2) === 0);
  return bytes;
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

/** The same for text; what is not a character any more becomes U+FFFD. */
export function mutateText(text: string, random: Random): string {
  if (random.integer(3) > 0)
    return new TextDecoder().decode(mutateBytes(new TextEncoder().encode(text), random));
  const token = tokens[random.integer(tokens.length)] as string;
  const at = random.integer(text.length + 1);
  return text.slice(0, at) + token + text.slice(at + random.integer(3));
}

const tokens = [
  '"',
  "'",
  ',',
  ';',
  '\t',
  '\n',
  '\r\n',
  '\0',
  '{',
  '}',
  '[',
  ']',
  '../',
  '__proto__',
  'null',
  '1e999',
  '-0',
  '\uFEFF',
  '"constructor":',
  '\\u0000',
  'true',
];
