import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { test } from 'vitest';
import { sha256 } from './sha256.ts';

test('the hash of bytes of any length is the one that Node computes', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      (bytes) => sha256(bytes) === createHash('sha256').update(bytes).digest('hex'),
    ),
  );
});
