import { describe, expect, test } from 'vitest';
import {
  baseNameOf,
  fileNameOf,
  folderOf,
  isImageFile,
  joinPath,
  normalizeFolder,
  normalizeRelativePath,
} from './paths.ts';

describe('paths', () => {
  test('splits names into parts', () => {
    expect([folderOf('a/b/c.png'), fileNameOf('a/b/c.old.png'), baseNameOf('a/b/c.old.png')]).toEqual([
      'a/b',
      'c.old.png',
      'c.old',
    ]);
    expect([folderOf('c'), fileNameOf('c'), baseNameOf('.c')]).toEqual(['', 'c', '.c']);
    expect(joinPath('', 'a', '', 'b')).toBe('a/b');
  });

  test.each([
    ['a/b.png', 'a/b.png'],
    ['a\\b\\c.png', 'a/b/c.png'],
    ['./a//b.png', 'a/b.png'],
    ['Straße/日本.png', 'Straße/日本.png'],
    ['a..b/c', 'a..b/c'],
    ['../a', undefined],
    ['a/../../b', undefined],
    ['a/..', undefined],
    ['..\\a', undefined],
    ['/etc/passwd', undefined],
    ['\\\\server\\share', undefined],
    ['C:\\a.png', undefined],
    ['c:a.png', undefined],
    ['a\0.png', undefined],
    ['', undefined],
    ['.', undefined],
  ])('normalizes %j to %j', (text, expected) => {
    expect(normalizeRelativePath(text)).toBe(expected);
  });

  test('recognizes the root as a folder', () => {
    expect(['', '.', './', 'a/', '..', '/'].map(normalizeFolder)).toEqual([
      '',
      '',
      '',
      'a',
      undefined,
      undefined,
    ]);
  });

  test('recognizes images in any case, but no hidden files', () => {
    for (const extension of ['png', 'jpg', 'jpeg', 'webp', 'tif', 'tiff', 'bmp', 'gif', 'avif']) {
      expect(isImageFile(`a/b.${extension}`)).toBe(true);
      expect(isImageFile(`a/b.${extension.toUpperCase()}`)).toBe(true);
    }
    for (const name of ['a/._b.png', '.png', 'png', 'a.png/b', 'a.txt', 'Thumbs.db', 'a.png.txt']) {
      expect(isImageFile(name)).toBe(false);
    }
  });
});
