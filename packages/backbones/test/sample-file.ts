/** A file to load in tests: large enough to arrive in many pieces. */
import { createHash } from 'node:crypto';

export const sample: Uint8Array = Uint8Array.from({ length: 700_001 }, (_, i) => (i * i + (i >> 8)) % 251);
export const sampleSha256: string = createHash('sha256').update(sample).digest('hex');

/** `expect(…).toEqual(sample)` checks the same, a thousand times slower. */
export function isSample(bytes: Uint8Array): boolean {
  return Buffer.compare(bytes, sample) === 0;
}
