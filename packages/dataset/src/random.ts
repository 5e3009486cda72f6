/**
 * Seeded random numbers by integer arithmetic alone, so that a seed means the same on every machine: `mulberry32`,
 * a 32-bit generator by Tommy Ettinger (public domain). For choosing and shuffling, not for secrets.
 */
export interface Random {
  /** A whole number from 0 to `limit` − 1, each equally likely; `limit` from 1 to 2³². */
  below(limit: number): number;
}

/** @param seed a whole number; its lower 32 bits count. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    below(limit) {
      // Values past the last whole multiple of the limit would favour small results: draw again.
      const fair = 0x1_0000_0000 - (0x1_0000_0000 % limit);
      let value = next();
      while (value >= fair) value = next();
      return value % limit;
    },
  };
}

/** A shuffled copy (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const item = result[last] as T;
    result[last] = result[other] as T;
    result[other] = item;
  }
  return result;
}
