import { expect, test } from 'vitest';
import { corpus } from './corpus.ts';
import { fuzz } from './fuzz.ts';

const seed = Number(process.env['ODDPIXEL_FUZZ_SEED'] ?? 20_261);

test(`damaged files are read or refused, never crash [seed ${seed}]`, { timeout: 120_000 }, () => {
  expect(corpus().length).toBeGreaterThanOrEqual(6);
  const { parsed, refused, bugs, rounds } = fuzz(seed, 5000);
  expect(bugs).toEqual([]);
  expect(parsed + refused).toBe(rounds);
  // Mutants that nobody reads test nothing behind the first bytes.
  expect(parsed / rounds).toBeGreaterThan(0.2);
});
