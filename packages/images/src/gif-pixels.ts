/**
 * Counts the pixels in the data of a GIF's frame, without computing one (GIF89a specification, appendix F). Decoders
 * leave what is missing transparent or black and say nothing.
 */

const [tableSize, widestCode, margin] = [4096, 12, 3];

/**
 * @param start of the data: the smallest size of a code, then pieces of up to 255 bytes
 * @param expected pixels of the frame
 * @returns what is missing; `undefined` if nothing is
 */
export function missingGifPixels(bytes: Uint8Array, start: number, expected: number): string | undefined {
  const smallest = bytes[start] ?? 0;
  if (smallest < 1 || smallest > 8) return `codes of ${smallest} bits are not possible`;
  const [clear, end] = [1 << smallest, (1 << smallest) + 1];
  const codes = joinedPieces(bytes, start + 1);
  const bitCount = 8 * (codes.length - margin);
  /** How many pixels a code stands for. */
  const lengths = new Uint32Array(tableSize).fill(1);
  let [width, free, previous, found, bit] = [smallest + 1, clear + 2, -1, 0, 0];
  // The code that ends the data is needed, too: without it some decoders drop the last pixels.
  for (let isWhole = false; !isWhole;) {
    isWhole = found >= expected;
    if (bit + width > bitCount) return say(found, expected);
    const at = bit >> 3;
    const next = (codes[at] as number) | ((codes[at + 1] as number) << 8) | ((codes[at + 2] as number) << 16);
    const code = (next >> (bit & 7)) & ((1 << width) - 1);
    bit += width;
    if (code === clear) {
      [width, free, previous] = [smallest + 1, clear + 2, -1];
      continue;
    }
    if (code === end || isWhole) break;
    if (code > free || (previous < 0 && code > end) || (code === free && free === tableSize)) {
      return `the LZW code ${code} is not defined`;
    }
    // A new string: the one before and one pixel more. With a full table none is made.
    if (previous >= 0 && free < tableSize) {
      lengths[free++] = (lengths[previous] as number) + 1;
      if (free === 1 << width && width < widestCode) width++;
    }
    found += lengths[code] as number;
    previous = code;
  }
  return found < expected ? say(found, expected) : undefined;
}

/** Pieces of up to 255 bytes, each after its length, up to an empty one; then `margin` zeros. */
function joinedPieces(bytes: Uint8Array, start: number): Uint8Array {
  let length = 0;
  for (let at = start; bytes[at] !== undefined && bytes[at] !== 0; at += 1 + (bytes[at] as number)) {
    length += Math.min(bytes[at] as number, bytes.length - at - 1);
  }
  const whole = new Uint8Array(length + margin);
  for (let [at, to] = [start, 0]; to < length;) {
    const size = bytes[at] as number;
    whole.set(bytes.subarray(at + 1, at + 1 + size), to);
    to += size;
    at += 1 + size;
  }
  return whole;
}

function say(found: number, expected: number): string {
  return `its data holds ${found} of ${expected} pixels`;
}
