import { expect, test } from 'vitest';
import type { FileSource } from '@oddpixel/contract';
import { listFiles } from './list-files.ts';
import { memoryFileSource } from './memory-source.ts';

const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
const text = new TextEncoder().encode('some words');

test('everything below a folder is an image or is listed with a reason', async () => {
  const files = new Map([
    ['b/2.png', png],
    ['a.png', png],
    ['without-ending', png],
    ['ground_truth/a_mask.png', png],
    ['__MACOSX/a.png', png],
    ['.hidden.png', png],
    ['table.csv', text],
    ['notes.txt', text],
    ['left/out.png', png],
  ]);
  const skip = (path: string): string | undefined => (path === 'left' ? 'it is not wanted' : undefined);
  const { images, others } = await listFiles(memoryFileSource(files), '', { skip });
  expect(images).toEqual(['a.png', 'b/2.png', 'without-ending']);
  expect(Object.fromEntries(others.map(({ path, kind }) => [path, kind]))).toEqual({
    '.hidden.png': 'clutter',
    __MACOSX: 'clutter',
    'ground_truth/a_mask.png': 'mask',
    left: 'skipped',
    'notes.txt': 'clutter',
    'table.csv': 'table',
  });
  for (const { reason } of others) expect(reason).toMatch(/^(it|operating systems) /);
});

test('unusable entries are listed as such, and loops of links end', async () => {
  const source: FileSource = {
    name: 'links',
    async *list(path) {
      yield { path: `${path}gone.png`, kind: 'unusable', reason: 'it is a link that leads nowhere' };
      yield { path: `${path}loop`, kind: 'directory', isLink: true };
    },
    read: async () => png,
    identify: async () => 'the same folder',
  };
  const { images, others } = await listFiles(source);
  expect(images).toEqual([]);
  expect(others.map(({ path, kind }) => [path, kind])).toEqual([
    ['gone.png', 'unusable'],
    ['loop', 'clutter'],
  ]);
});

test('a link to a folder above is not followed, not even to the root', async () => {
  const folders: Readonly<Record<string, readonly string[]>> = {
    '': ['test', 'self'],
    test: ['test/a.png', 'test/up'],
  };
  const real = (path: string): string => path.replace(/^self|^test\/up/, '').replace(/^\//, '');
  const source: FileSource = {
    name: 'links',
    async *list(path) {
      for (const child of folders[real(path)] ?? []) {
        const name = child.slice(child.lastIndexOf('/') + 1);
        const isLink = name === 'up' || name === 'self';
        const kind = name.endsWith('.png') ? 'file' : 'directory';
        yield { path: path === '' ? name : `${path}/${name}`, kind, isLink };
      }
    },
    read: async () => png,
    identify: async (path) => `/data/${real(path)}`,
  };
  expect((await listFiles(source, 'test')).images).toEqual(['test/a.png']);
  expect((await listFiles(source, 'self')).images).toEqual([]);
  expect((await listFiles(source, ['test', ''])).images).toEqual(['test/a.png']);
  const { others } = await listFiles(source, ['test', 'self']);
  expect(others).toEqual([
    { path: 'self', kind: 'clutter', reason: 'it leads to a folder that contains it', isFolder: true },
    { path: 'test/up', kind: 'clutter', reason: 'it leads to a folder that contains it', isFolder: true },
  ]);
});
