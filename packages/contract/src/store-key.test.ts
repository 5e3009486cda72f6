import { expect, test } from 'vitest';
import { ParameterError } from './errors.ts';
import { checkStoreKey } from './store-key.ts';

test.each(['a', '0', 'Model-1.onnx', 'a'.repeat(200)])('the key %j is returned', (key) => {
  expect(checkStoreKey(key)).toBe(key);
});

test.each(['', '.', '..', '.hidden', '-r', 'a/b', 'a\\b', 'a b', 'a:b', 'é', 'a\n', 'a'.repeat(201)])(
  'the key %j throws ParameterError',
  (key) => {
    expect(() => checkStoreKey(key)).toThrow(ParameterError);
  },
);

test('the error shows the key under the name that the caller gives it', () => {
  expect(() => checkStoreKey('../x', 'name')).toThrow(
    'Expected up to 200 letters, digits, dots, dashes and underscores, the first a letter or digit for `name`, received "../x".',
  );
});
