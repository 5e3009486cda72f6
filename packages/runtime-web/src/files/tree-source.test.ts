import { expect, test } from 'vitest';
import { LimitExceededError } from '@oddpixel/contract';
import { treeSource } from './tree-source.ts';

test('a file beyond the limit is refused by its size, before it is read', async () => {
  const state = { read: false };
  const blob = new Blob(['12345']);
  blob.arrayBuffer = async () => {
    state.read = true;
    return new ArrayBuffer(5);
  };
  const source = treeSource('root', {
    kind: 'directory',
    children: async () => new Map([['a.png', { kind: 'file', open: async () => blob } as const]]),
  });
  const reading = source.read('a.png', { maxBytes: 4, limitName: 'limits.maxFileBytes' });
  await expect(reading).rejects.toThrow(LimitExceededError);
  await expect(reading).rejects.toThrow(
    /root\/a\.png has 5 bytes; the limit is 4\. Raise `limits\.maxFileBytes`/,
  );
  expect(state.read).toBe(false);
  expect((await source.read('a.png', { maxBytes: 5 })).length).toBe(5);
});
