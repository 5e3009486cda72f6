import { expect, test } from 'vitest';
import { augmentWords, parseAugment } from './augment-option.ts';
import { UsageError } from './outcome.ts';

test.each([
  ['flips', { flipHorizontal: true, flipVertical: true }],
  ['flip-vertical,turns', { flipVertical: true, rightAngleTurns: true }],
  ['rotation=10, shift=0.05', { rotation: 10, shiftX: 0.05, shiftY: 0.05 }],
  ['shift-x=0.1,brightness=.2,contrast=1e-1', { shiftX: 0.1, brightness: 0.2, contrast: 0.1 }],
  ['shift-y=0.1,scale=0.1,noise=0.01', { shiftY: 0.1, scale: 0.1, noise: 0.01 }],
])('--augment reads %s', (text, expected) => {
  expect(parseAugment(text)).toEqual(expected);
});

test.each([
  ['blur=2', /rotation=N.*"blur=2"/],
  ['', /flips/],
  ['flips,', /flips/],
  ['toString', /flips/],
  ['flips=1', /flips without a value/],
  ['rotation', /rotation=N with a number above 0/],
  ['rotation=', /rotation=N/],
  ['rotation=0', /above 0/],
  ['rotation=fast', /rotation=N/],
  ['rotation=1=2', /rotation=N/],
  ['rotation=200', /rotation: a number from 0 to 180, received "200"/],
  ['contrast=1', /contrast: a number from 0 to 0.9/],
  ['flips,flip-horizontal', /each change once/],
  ['shift=0.1,shift-y=0.2', /each change once/],
])('--augment refuses %j', (text, message) => {
  expect(() => parseAugment(text)).toThrow(UsageError);
  expect(() => parseAugment(text)).toThrow(message);
});

test('--augment takes any two words together unless they name a change twice', () => {
  const words = augmentWords.split(', ').map((word) => word.replace('=N', '=0.25'));
  for (const a of words) {
    for (const b of words) {
      const stems = [a, b].map((word) => word.replace('=0.25', ''));
      const clash = a === b || ['flip', 'shift'].some((stem) => isWholeAndPart(stems, stem));
      if (clash) expect(() => parseAugment(`${a},${b}`)).toThrow(/each change once/);
      else expect(Object.keys(parseAugment(`${a},${b}`)).length).toBeGreaterThanOrEqual(2);
    }
  }
});

/** Such as `shift` beside `shift-x`, or `flip-vertical` beside `flips`. */
function isWholeAndPart(words: readonly string[], stem: string): boolean {
  const whole = (word: string): boolean => word === stem || word === `${stem}s`;
  return words.some(whole) && words.some((word) => word.startsWith(`${stem}-`));
}
