/** The map against its definition by `Math.sin`, and the same bits everywhere by what the sources may use. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { turnBy } from './source-map.ts';

test('the rotation agrees with Math.cos and Math.sin and stays on the circle', () => {
  fc.assert(
    fc.property(fc.double({ min: -1000, max: 1000, noNaN: true }), (degrees) => {
      const { cos, sin } = turnBy(degrees);
      expect(Math.abs(cos - Math.cos((degrees * Math.PI) / 180))).toBeLessThan(1e-14);
      expect(Math.abs(sin - Math.sin((degrees * Math.PI) / 180))).toBeLessThan(1e-14);
      expect(Math.abs(cos * cos + sin * sin - 1)).toBeLessThan(1e-15);
    }),
    { numRuns: 1000 },
  );
});

test('the rotation is exact for right angles', () => {
  const turns = [0, 90, 180, 270, 360, -90, -180].map((degrees) => turnBy(degrees));
  const expected = [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
    [1, 0],
    [0, -1],
    [-1, 0],
  ];
  // `+ 0` makes 0 of −0.
  expect(turns.map(({ cos, sin }) => [cos + 0, sin + 0])).toEqual(expected);
});

const folder = new URL('.', import.meta.url);
const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));

/** Anything but what the language standard defines to the last bit; empty when there is none. */
function inexactCode(source: string): string[] {
  const code = source.replaceAll(/\/\*.*?\*\/|\/\/[^\n]*/gs, '');
  return code.match(/\bMath\b(?!\.(?:floor|sqrt|imul|PI)\b)|\*\*|\b(?:Date|crypto|Intl)\b/g) ?? [];
}

test('the check finds inexact arithmetic', () => {
  for (const code of ['Math.sin(x)', 'Math["cos"]', 'const { pow } = Math;', 'x ** 2', 'Math.random()']) {
    expect(inexactCode(code)).not.toEqual([]);
  }
  expect(inexactCode('Math.floor(x) // Math.sin')).toEqual([]);
});

test.each(sources)('%s uses exact arithmetic only', (name) => {
  expect(inexactCode(readFileSync(new URL(name, folder), 'utf8'))).toEqual([]);
});
