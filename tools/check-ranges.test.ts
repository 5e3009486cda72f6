import { expect, test } from 'vitest';
import { checkRanges, handwrittenRanges } from './check-ranges.ts';

const lines = (text: string, name: string = 'file.ts'): number[] => handwrittenRanges(name, text);
const inFunction = (text: string): string => `function f(value: number): void { ${text} }`;
const error = "throw new ParameterError({ name, expected: 'less', received });";

test.each([
  inFunction("read({ type: 'integer', min: 1, max: 100 });"),
  inFunction("read({ type: 'number', below: -2.5 });"),
  'const count = z.int().check(z.maximum(8_192));',
  "fail({ name, expected: 'a number from 2 to 5' });",
  'fail({ name, expected: `a whole number from 0 to 10 for ${name}` });',
  "const expected = 'an integer of at most 12';",
  "command.option('--batch <n>', 'images per batch', read, 4);",
  "new Option('--batch <n>', 'images per batch').default(0);",
  inFunction(`if (value > 100) ${error}`),
  inFunction(`if (value >= 32 && value > 0) return; ${error}`),
])('a range or default that is written by hand is found: %s', (text) => {
  expect(lines(text)).toEqual([1]);
});

test('every range written by hand is named by its line', () => {
  expect(lines("f({ expected: 'a number above 2' });\nf();\nz.minimum(5);")).toEqual([1, 3]);
});

test.each([
  "export const parameters = { rows: { type: 'integer', default: 40, min: 1, max: 100 } } as const;",
  inFunction("read({ type: 'number', above: 0, max: 1 });"),
  'const rate = z.number().check(z.minimum(0), z.maximum(1));',
  "fail({ name, expected: 'a number from 0, below 1' });",
  'fail({ name, expected: `a number from ${min} to ${max}` });',
  "fail({ name, expected: 'up to 200 letters' });",
  "command.option('--tile <size>', 'size of the tiles', '64');",
  inFunction(`if (value > largest) ${error}`),
  inFunction(`if (value < 0 || value > 1) ${error}`),
  inFunction(`if (groups.length < 2) ${error}`),
  inFunction('return value > 100 ? large() : small();'),
  `${inFunction(error)} const isLarge = (value: number): boolean => value > 100;`,
])('other code passes: %s', (text) => {
  expect(lines(text)).toEqual([]);
});

test('no source of the product has a range written by hand', () => {
  expect(checkRanges()).toBe(true);
});
