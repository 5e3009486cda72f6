import fc from 'fast-check';
import { expect, test } from 'vitest';
import { folded, outputNames, ownSuffixes } from './output-names.ts';

const named = (...paths: string[]): string[] => outputNames(paths.map((relative) => ({ relative })));

test('pictures keep the subfolders of the images, without their endings', () => {
  expect(named('a/part.png', 'b/part.png', 'c/part-2.png')).toEqual(['a/part', 'b/part', 'c/part-2']);
});

test('equal names are numbered, and a number never takes the name of another image', () => {
  expect(named('part.png', 'part.png', 'part-2.png')).toEqual(['part', 'part-3', 'part-2']);
  expect(named('a.png', 'a.jpg')).toEqual(['a.png', 'a.jpg']);
  expect(new Set(named('Part.png', 'part.png').map(folded)).size).toBe(2);
  expect(new Set(named('\u00e9.png', 'e\u0301.png').map(folded)).size).toBe(2);
});

test('names that Windows refuses are changed', () => {
  expect(named('con.png', 'a:b?.png', 'x./y .png', 'nul/lpt1.tar.png')).toEqual([
    '_con',
    'a_b_',
    'x._/y _',
    '_nul/_lpt1.tar',
  ]);
});

test('a folder with the name of a picture does not collide with it', () => {
  const names = named('a.png', 'a.map.png/b.png');
  expect(names).toEqual(['a', 'a.map.png_/b']);
});

test('no two images share a file, whatever their names are, on any disk', () => {
  const part = fc.oneof(
    fc.constantFrom(
      'a',
      'A',
      'part',
      'part-2',
      'part-3',
      '\u00e9',
      'e\u0301',
      'con',
      'x.map.png',
      'ß',
      'SS',
      '..',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }).map((text) => text.replaceAll('/', '_')),
  );
  const ending = fc.constantFrom('.png', '.jpg', '.PNG', '', '.');
  const path = fc
    .tuple(fc.array(part, { minLength: 1, maxLength: 3 }), ending)
    .map(([parts, end]) => `${parts.join('/')}${end}`);
  fc.assert(
    fc.property(fc.array(path, { maxLength: 12 }), (paths) => {
      const names = named(...paths);
      const files = names.flatMap((name) => ownSuffixes.map((suffix) => folded(`${name}${suffix}`)));
      expect(new Set(files).size).toBe(3 * paths.length);
      for (const name of names) {
        expect(name.split('/')).not.toContain('..');
        // No file lies where another one needs a folder.
        const folders = name
          .split('/')
          .slice(0, -1)
          .map((_, i, all) => folded(all.slice(0, i + 1).join('/')));
        expect(files.filter((file) => folders.includes(file))).toEqual([]);
      }
    }),
  );
});
