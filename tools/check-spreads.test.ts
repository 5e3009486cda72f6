import { expect, test } from 'vitest';
import { checkSpreads, conditionalSpreads } from './check-spreads.ts';

const lines = (text: string, name: string = 'file.ts'): number[] => conditionalSpreads(name, text);

test.each([
  'f({ ...(a !== undefined && { a }) });',
  'f({ b, ...(a && { a }) });',
  'f({ ...(a && options) });',
  'f({ ...((a && { a })) });',
  'f({ ...(a === undefined ? {} : { a }) });',
  'f({ ...(a ? { a } : {}) });',
  'f({ b: { ...(a && { a }) } });',
  'f({ ...(a > 1 &&\n  b && {\n    a,\n  }) });',
])('a conditional spread is found: %s', (text) => {
  expect(lines(text)).toEqual([1]);
});

test('a conditional spread of JSX attributes is found', () => {
  expect(lines('const x = <p {...(a && { a })} />;', 'file.tsx')).toEqual([1]);
});

test('every conditional spread is named by its line', () => {
  expect(lines('f({\n  ...(a && { a }),\n  b,\n  ...(c ? { c } : {}),\n});')).toEqual([2, 4]);
});

test.each([
  'f({ ...options, a });',
  'f({ ...(a ? first : second) });',
  'f({ ...(options ?? defaults) });',
  'f([...(a ? [a] : [])]);',
  'f(...(a && b));',
  'const text = "{ ...(a && { a }) }";',
  '// { ...(a && { a }) }',
])('other code passes: %s', (text) => {
  expect(lines(text)).toEqual([]);
});

test('the repository has no conditional spread', () => {
  expect(checkSpreads()).toBe(true);
});
