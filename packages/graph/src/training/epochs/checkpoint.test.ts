import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostTensor, OddpixelError } from '@oddpixel/contract';
import { sha256 } from '@oddpixel/contract/unstable';
import { writeGraph, readGraph } from '../../index.ts';
import { readCheckpoint, writeCheckpoint, type EpochsState } from './checkpoint.ts';

const identity = JSON.stringify({ seed: 1 });
const tensor = hostTensor('float32', [2, 3], Float32Array.of(1, -2, 3, 0.5, 0, 7));
const state: EpochsState = {
  history: [{ epoch: 1, error: 0.5 }],
  session: { step: 3, tensors: { weight: tensor } },
  best: { weight: tensor },
};

test('the SHA-256 equals the standard at every length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
    }),
    { numRuns: 300 },
  );
});

test('a checkpoint with any one bit changed is refused', () => {
  const bytes = writeCheckpoint(identity, state);
  expect(readCheckpoint(bytes, identity).session.step).toBe(3);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const damaged = bytes.slice();
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(() => readCheckpoint(damaged, identity), `bit ${bit}`).toThrow(OddpixelError);
  }
});

test('a checkpoint of an older version, without a hash, is read', () => {
  const graph = readGraph(writeCheckpoint(identity, state));
  const record = JSON.parse(graph.metadata.get('oddpixel-checkpoint') as string) as Record<string, unknown>;
  delete record['sealed'];
  const metadata = new Map([['oddpixel-checkpoint', JSON.stringify(record)]]);
  expect(readCheckpoint(writeGraph({ ...graph, metadata }), identity).session.step).toBe(3);
});
