/** LZW and PackBits of TIFF (TIFF 6.0, sections 9 and 13), within a bound and without a way to go round in circles. */

const [clearCode, endCode, firstFree, tableSize] = [256, 257, 258, 4096];

/**
 * At most `limit` bytes of LZW codes, highest bit first, the width growing one code early.
 *
 * @param mayBeDamaged what comes before a code that stands for nothing is enough
 * @throws Error if a code stands for nothing
 */
export function expandLzw(codes: Uint8Array, limit: number, mayBeDamaged: boolean = false): Uint8Array {
  // A string is an earlier string and one more byte; its first byte and its length save walking back twice.
  const earlier = new Uint16Array(tableSize);
  const last = Uint8Array.from({ length: tableSize }, (_, code) => code);
  const first = Uint8Array.from(last);
  const lengths = new Uint16Array(tableSize).fill(1);
  const bytes = new Uint8Array(limit);
  let [filled, width, free, previous] = [0, 9, firstFree, -1];
  let [at, bits, waiting] = [0, 0, 0];
  while (filled < limit) {
    while (waiting < width && at < codes.length) {
      bits = (bits << 8) | (codes[at++] as number);
      waiting += 8;
    }
    if (waiting < width) break;
    waiting -= width;
    const code = bits >>> waiting;
    bits &= (1 << waiting) - 1;
    if (code === endCode) break;
    if (code === clearCode) {
      [width, free, previous] = [9, firstFree, -1];
      continue;
    }
    if (code > free || (code === free && previous < 0) || (previous < 0 && code > 255)) {
      if (mayBeDamaged) break;
      throw new Error(`the LZW code ${code} is not defined`);
    }
    if (previous >= 0 && free < tableSize) {
      // The string before, and the first byte of this one, which may be the very string that is made here.
      earlier[free] = previous;
      last[free] = first[code === free ? previous : code] as number;
      first[free] = first[previous] as number;
      lengths[free] = (lengths[previous] as number) + 1;
      free++;
    }
    let to = filled + (lengths[code] as number);
    filled = Math.min(to, limit);
    for (let part = code; ; part = earlier[part] as number) {
      to--;
      // Beyond the limit nothing is kept.
      if (to < limit) bytes[to] = last[part] as number;
      if (part < clearCode) break;
    }
    previous = code;
    if (free + 1 >= 1 << width && width < 12) width++;
  }
  return bytes.subarray(0, filled);
}

/** At most `limit` bytes of counted runs and counted copies. */
export function expandPackBits(runs: Uint8Array, limit: number): Uint8Array {
  const bytes = new Uint8Array(limit);
  let filled = 0;
  for (let at = 0; at < runs.length && filled < limit;) {
    const count = runs[at++] as number;
    if (count < 128) {
      const copied = runs.subarray(at, at + Math.min(count + 1, limit - filled));
      bytes.set(copied, filled);
      filled += copied.length;
      at += count + 1;
    } else if (count > 128) {
      const end = Math.min(limit, filled + 257 - count);
      bytes.fill(runs[at++] ?? 0, filled, end);
      filled = end;
    }
  }
  return bytes.subarray(0, filled);
}
