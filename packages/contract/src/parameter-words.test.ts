import { expect, test } from 'vitest';
import { describeRange, describeValue } from './parameter-words.ts';

test('a range without lower limit is described by its upper one', () => {
  expect(describeRange({ type: 'number', max: 3 })).toBe('a number of at most 3');
  expect(describeRange({ type: 'number', below: 3 })).toBe('a number below 3');
  expect(describeRange({ type: 'integer' })).toBe('a whole number');
});

test('a range of multiples begins with the lowest of them', () => {
  expect(describeRange({ type: 'integer', min: 1, max: 96, multipleOf: 32 })).toBe(
    'a multiple of 32 from 32 to 96',
  );
  expect(describeRange({ type: 'integer', multipleOf: 32 })).toBe('a multiple of 32');
});

test('more than two choices are a list', () => {
  expect(describeRange({ type: 'choice', choices: ['a', 'b', 'c'] })).toBe("'a', 'b' or 'c'");
});

test('numbers are described by how many there are and their range', () => {
  expect(describeRange({ type: 'numbers', count: 1 })).toBe('1 number');
  expect(describeRange({ type: 'numbers', count: 2, ascending: true })).toBe('2 ascending numbers');
  expect(describeRange({ type: 'numbers', count: 3, above: 0 })).toBe('3 positive numbers');
  expect(describeRange({ type: 'numbers', count: 3, min: -1, below: 1 })).toBe(
    '3 numbers from -1 and below 1',
  );
  expect(describeRange({ type: 'numbers', count: 'perChannel', above: 0 })).toBe(
    'one positive number per channel',
  );
});

test.each([
  [undefined, 'nothing'],
  [Number.NaN, 'NaN'],
  [1n, '1'],
  ['1', '"1"'],
  [null, 'null'],
  [[1, 2], '[1,2]'],
  [() => 1, 'function'],
])('the value %s is described as %s', (value, words) => {
  expect(describeValue(value)).toBe(words);
});

test('an object that contains itself is described by its type', () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  expect(describeValue(circle)).toBe('object');
});
