import { describe, expect, test } from 'vitest';
import { proofs } from './proofs/index.ts';
import { runProof, type Proof } from './proof.ts';

test.each(proofs)('$name: $claim', { timeout: 120_000 }, async (proof) => {
  const { failures } = await runProof(proof, { seed: 1, from: 0, count: proof.shortRounds });
  expect(failures).toEqual([]);
});

describe('the driver', () => {
  const drawn: Proof = {
    name: 'drawn',
    claim: 'numbers are small',
    rounds: 10,
    shortRounds: 10,
    open: async () => ({
      async round({ round, random }) {
        if (round === 7) throw new Error('seven');
        return String(random.integer(1000));
      },
    }),
  };

  test('reports a failed round and continues', async () => {
    const { failures, outcomes } = await runProof(drawn, { seed: 3, from: 5, count: 5 });
    expect(failures).toMatchObject([{ round: 7, error: { message: 'seven' } }]);
    expect([...outcomes.values()].reduce((a, b) => a + b)).toBe(4);
  });

  test('gives a round the same result alone and among others', async () => {
    const all = await runProof(drawn, { seed: 3, from: 0, count: 7 });
    const alone = await runProof(drawn, { seed: 3, from: 4, count: 1 });
    expect([...all.outcomes.keys()]).toContain([...alone.outcomes.keys()][0]);
  });
});
