import { expect, it } from 'vitest';
import { readInitialModel } from './node.ts';
import { small } from './small.ts';

it('is the file that the card describes', async () => {
  const bytes = await readInitialModel(small);
  expect(bytes.byteLength).toBe(small.sizeBytes);
});

it('refuses a file that is not the one it names', async () => {
  await expect(readInitialModel({ ...small, sha256: '0'.repeat(64) })).rejects.toThrow(/Reinstall/);
});
