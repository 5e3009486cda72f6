import { describe, expect, test } from 'vitest';
import { isOdd } from '../state/studio.ts';
import { headline } from './inspect.tsx';

describe('headline', () => {
  test('states that all images look fine only if each one was judged and found fine', () => {
    expect(headline({ odd: 0, fine: 5, open: 0 }, 2)).toBe('All 5 look fine');
    expect(headline({ odd: 0, fine: 4, open: 1 }, 2)).toBe('4 of 5 look fine, 1 without a verdict');
    expect(headline({ odd: 2, fine: 2, open: 1 }, 2)).toBe('2 of 5 look odd, 1 without a verdict');
    expect(headline({ odd: 2, fine: 3, open: 0 }, 2)).toBe('2 of 5 look odd');
    expect(headline({ odd: 0, fine: 0, open: 3 }, 2)).toBe('3 without a verdict');
    expect(headline({ odd: 0, fine: 5, open: 0 }, Infinity)).not.toContain('All');
  });
});

describe('isOdd', () => {
  test('is false only for scores below the threshold', () => {
    const scores = [1, 2, 3, NaN, Infinity, -Infinity];
    expect(scores.map((score) => isOdd(score, 2))).toEqual([false, true, true, true, true, false]);
  });
});
