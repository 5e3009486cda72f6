/** Seeded random integers, equal on every machine. Not for secrets. */

export interface Random {
  /** A number in [0, 1) with 32 random bits. */
  next(): number;
  /** An integer in 0..limit − 1. */
  integer(limit: number): number;
  /** `count` different integers in 0..limit − 1, ascending. */
  sample(count: number, limit: number): Int32Array;
  /** The items in random order; the given list stays as it is. */
  shuffled<T>(items: readonly T[]): T[];
}

/**
 * 32 bits, signed, of which every one depends on every bit of `value`.
 *
 * Constants: "prospecting for hash functions" (C. Wellons), public domain.
 */
export function mixBits(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return bits ^ (bits >>> 15);
}

/** SplitMix32: a counter through a mixing function (after G. Steele, D. Lea, C. Flood 2014). */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    return (mixBits(state) >>> 0) / 2 ** 32;
  };
  const integer = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    integer,
    sample(count: number, limit: number): Int32Array {
      // R. Floyd's sampling: one draw per element, no list of all candidates.
      const chosen = new Set<number>();
      for (let top = limit - Math.min(count, limit); top < limit; top++) {
        const candidate = integer(top + 1);
        chosen.add(chosen.has(candidate) ? top : candidate);
      }
      return Int32Array.from(chosen).sort();
    },
    shuffled<T>(items: readonly T[]): T[] {
      // From the back, each place takes one of the items that are left (R. Fisher, F. Yates; R. Durstenfeld 1964).
      const result = [...items];
      for (let last = result.length - 1; last > 0; last--) {
        const other = integer(last + 1);
        [result[last], result[other]] = [result[other] as T, result[last] as T];
      }
      return result;
    },
  };
}
