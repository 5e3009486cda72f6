import { expect, test } from 'vitest';
import { checkHeads, headNames, namedHeads } from './check-heads.ts';

test('the heads are the folders of model-core/src/heads', () => {
  expect(headNames().toSorted()).toEqual(['gaussian', 'memory', 'student']);
});

test('strings that name a head are found, other words and comments are not', () => {
  const code = [
    "if (type === 'memory') add();",
    '// the head `memory`, or "memory"',
    "const what = 'memory of patches';",
    'const other = `student`;',
    'const heads = { memory, gaussian };',
  ].join('\n');
  expect(namedHeads('a.ts', code, ['memory', 'gaussian', 'student'])).toEqual([1, 4]);
});

test('no source of the product names a head', () => {
  expect(checkHeads()).toBe(true);
});
