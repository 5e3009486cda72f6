import { describe, expect, test } from 'vitest';
import { bestEffortStore, FileError, ParameterError, type Store } from './index.ts';

/** Keeps entries in memory until its room is used up. */
function smallStore(room: number): Store & { readonly puts: string[] } {
  const entries = new Map<string, Uint8Array>();
  const puts: string[] = [];
  return {
    puts,
    async get(key) {
      if (key === 'damaged') throw new FileError({ path: key, operation: 'read', reason: 'the disk fails' });
      return entries.get(key);
    },
    async put(key, bytes) {
      puts.push(key);
      if (key === '') throw new ParameterError({ name: 'key', expected: 'a name', received: 'nothing' });
      if (entries.size === room)
        throw new FileError({ path: key, operation: 'write', reason: 'the disk is full' });
      entries.set(key, bytes);
    },
    async delete(key) {
      entries.delete(key);
    },
  };
}

describe('bestEffortStore', () => {
  test('passes a working store through, without a remark', async () => {
    const store = bestEffortStore(smallStore(2));
    await store.put('a', Uint8Array.of(1));
    expect(await store.get('a')).toEqual(Uint8Array.of(1));
    await store.delete('a');
    expect(await store.get('a')).toBeUndefined();
    expect(store.remarks).toEqual([]);
  });

  test('turns a full disk into one remark, still reads entries and writes no more', async () => {
    const inner = smallStore(1);
    const store = bestEffortStore(inner);
    for (const key of ['a', 'b', 'c']) await store.put(key, Uint8Array.of(1));
    expect(inner.puts).toEqual(['a', 'b']);
    expect(await store.get('a')).toEqual(Uint8Array.of(1));
    expect(await store.get('b')).toBeUndefined();
    expect(store.remarks).toEqual([
      {
        code: 'cacheUnusable',
        message:
          'The cache could not be used, and the work went on without it. Cannot write b: the disk is full.',
      },
    ]);
  });

  test('treats an unreadable entry as absent', async () => {
    const store = bestEffortStore(smallStore(1));
    expect(await store.get('damaged')).toBeUndefined();
    expect(store.remarks).toHaveLength(1);
  });

  test('still throws for an invalid key', async () => {
    await expect(bestEffortStore(smallStore(1)).put('', new Uint8Array(0))).rejects.toThrow(ParameterError);
  });
});
