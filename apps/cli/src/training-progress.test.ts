import { expect, test } from 'vitest';
import { errorCurve, trainingProgress } from './training-progress.ts';

test('errors become a curve', () => {
  expect(errorCurve([1, 0.5, 0.26, 0.01])).toBe('█▅▃▁');
  expect(errorCurve([])).toBe('');
  expect(errorCurve(Array.from({ length: 100 }, () => 0.5))).toBe('█'.repeat(24));
});

test('epochs show error, curve and the time that is left', () => {
  const lines: string[] = [];
  let time = 0;
  const progress = {
    update: (phase: string, done: number, total: number, note = ''): void =>
      void lines.push(`${phase} ${done}/${total} ${note}`.trim()),
    say: () => undefined,
    end: () => undefined,
  };
  const report = trainingProgress(progress, () => time);
  report({ phase: 'features', done: 8, total: 8 });
  for (let done = 1; done <= 3; done++) {
    time += 2000;
    report({ phase: 'epochs', done, total: 30, error: 1 / done });
  }
  expect(lines).toEqual([
    'features 8/8',
    'epochs 1/30 error 1.00 █',
    'epochs 2/30 error 0.500 █▅ · 56 s left',
    'epochs 3/30 error 0.333 █▅▃ · 54 s left',
  ]);
});
