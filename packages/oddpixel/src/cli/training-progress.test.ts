import { expect, test } from 'vitest';
import type { TrainProgress } from '@oddpixel/model-core/train';
import { errorCurve, trainingProgress } from './training-progress.ts';

/** What is shown for reports that come at given times, in seconds. */
function shown(
  reports: readonly (readonly [seconds: number, report: TrainProgress])[],
  columns?: number,
): string[] {
  const lines: string[] = [];
  let time = 0;
  const progress = {
    update: (phase: string, done: number, total: number, note?: string): void =>
      void lines.push(
        note === undefined ? `${phase} ${done}/${total}` : `${phase} ${done}/${total} · ${note}`,
      ),
    say: () => undefined,
    warn: () => undefined,
    end: () => undefined,
  };
  const report = trainingProgress(progress, { now: () => time, columns: () => columns });
  for (const [seconds, progressed] of reports) {
    time = 1000 * seconds;
    report(progressed);
  }
  return lines;
}

const epoch = (done: number, error: number, total: number = 30): TrainProgress => ({
  phase: 'epochs',
  done,
  total,
  error,
});

test('errors are drawn as a curve', () => {
  expect(errorCurve([1, 0.5, 0.26, 0.01])).toBe('█▅▃▁');
  expect(errorCurve([])).toBe('');
  expect(errorCurve(Array.from({ length: 100 }, () => 0.5))).toBe('█'.repeat(24));
  expect(errorCurve([1, 0.5, 0.26, 0.01], 2)).toBe('█▁');
});

test('a pass over the images shows the time remaining and the images per second', () => {
  expect(
    shown([
      [5, { phase: 'features', done: 8, total: 64 }],
      [9, { phase: 'features', done: 16, total: 64 }],
      [11, { phase: 'features', done: 40, total: 64 }],
      [12, { phase: 'features', done: 64, total: 64 }],
      // The first report of a later phase counts from the end of the one before.
      [14, { phase: 'calibration', done: 8, total: 12 }],
      [14.1, { phase: 'calibration', done: 12, total: 12 }],
    ]),
  ).toEqual([
    'features 8/64',
    'features 16/64 · 24 s left · 2.0 images/s',
    'features 40/64 · 5 s left · 5.3 images/s',
    'features 64/64 · 8.0 images/s',
    'calibration 8/12 · 1 s left · 4.0 images/s',
    'calibration 12/12 · 40 images/s',
  ]);
});

test('epochs show the error, the time remaining and the training images per second', () => {
  expect(
    shown([
      [10, { phase: 'features', done: 48, total: 48 }],
      // Opening the training takes 2 s, an epoch 2 s.
      [14, epoch(1, 1)],
      [16, epoch(2, 0.5)],
      [18, epoch(3, 0.03333)],
      [72, epoch(30, 0.03)],
    ]),
  ).toEqual([
    'features 48/48',
    'epochs 1/30 · error 1.00 · 2 min left · 12 images/s',
    'epochs 2/30 · error 0.500 · 56 s left · 24 images/s',
    'epochs 3/30 · error 0.0333 · 54 s left · 24 images/s',
    'epochs 30/30 · error 0.0300 · 24 images/s',
  ]);
});

test('resumed training counts only its own epochs', () => {
  expect(
    shown([
      [0, { phase: 'features', done: 100, total: 100 }],
      [4, epoch(21, 0.2)],
      [8, epoch(22, 0.1)],
    ]),
  ).toEqual([
    'features 100/100',
    'epochs 21/30 · error 0.200 · 36 s left · 25 images/s',
    'epochs 22/30 · error 0.100 · 32 s left · 25 images/s',
  ]);
});

test('long times are shown in minutes and hours', () => {
  const left = (seconds: number): string | undefined =>
    shown([
      [0, { phase: 'features', done: 1, total: 3 }],
      [seconds, { phase: 'features', done: 2, total: 3 }],
    ])[1]?.split(' · ')[1];
  expect([0.2, 89, 91, 5000, 9000].map(left)).toEqual([
    '1 s left',
    '89 s left',
    '2 min left',
    '84 min left',
    '2.5 h left',
  ]);
});

test('the curve fits the width of the terminal', () => {
  const reports = Array.from({ length: 30 }, (_, i) => [2 * i, epoch(i + 1, 1 / (i + 1))] as const);
  const last = (columns?: number): string | undefined =>
    shown([[0, { phase: 'features', done: 64, total: 64 }], ...reports], columns).at(-1);
  expect(last()).toBe('epochs 30/30 · error 0.0333 · 32 images/s');
  expect(last(70)).toBe(last());
  expect(last(200)).toBe(`${last()} · ██▇▆▆▅▅▅▄▄▄▄▃▃▃▃▃▃▃▃▃▃▂▂`);
  for (let columns = 71; columns <= 200; columns++) {
    const curve = last(columns)?.split(' · ')[3] ?? '';
    // A bar of 24 and a space stand before the text; the last column stays free.
    expect(25 + (last(columns)?.length ?? 0)).toBeLessThan(columns);
    const room = columns - 26 - `${last()} · `.length;
    expect(curve.length).toBe(room < 4 ? 0 : Math.min(24, room));
  }
});
