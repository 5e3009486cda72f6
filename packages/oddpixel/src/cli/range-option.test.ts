import { expect, test } from 'vitest';
import { UsageError } from './outcome.ts';
import { parseRange } from './range-option.ts';

test.each([
  ['auto', 'auto'],
  ['0,4095', [0, 4095]],
  ['-100.5, 1e3', [-100.5, 1000]],
])('--range takes %s', (text, range) => {
  expect(parseRange(text)).toEqual(range);
});

test.each(['', 'all', '5', '0,', ',1', '1,1', '2,1', '0,1,2', '0,Infinity', 'NaN,1', '0x'])(
  '--range refuses "%s" and names what it accepts',
  (text) => {
    expect(() => parseRange(text)).toThrow(UsageError);
    expect(() => parseRange(text)).toThrow(/MIN,MAX such as 0,4095/);
  },
);
