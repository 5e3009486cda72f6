import { expect, test } from 'vitest';
import { isAllowed } from '@oddpixel/contract/unstable';
import {
  amountParameters,
  defaultAmounts,
  headNames,
  heads,
  offeredAmounts,
  offeredValues,
} from './heads.ts';

test.each(headNames)('%s offers different amounts in its range, one of them the default', (head) => {
  const { amount } = heads[head];
  const values = offeredValues(head).map(({ value }) => value);
  expect(new Set(values).size).toBe(values.length);
  expect(values.every((value) => isAllowed(amountParameters[amount], value))).toBe(true);
  expect(values).toContain(defaultAmounts[amount]);
});

test('amounts are shown with their unit', () => {
  expect(offeredValues('memory')[1]).toEqual({ value: 1000, title: '1,000 patches', hint: 'balanced' });
});

test('amounts of an earlier visit stay if they are offered, and become the default otherwise', () => {
  expect(offeredAmounts({ numRows: 1000, maxNumEpochs: 20 })).toEqual({
    numRows: 1000,
    maxNumEpochs: defaultAmounts.maxNumEpochs,
  });
});
