import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Result, Thresholds } from '@oddpixel/contract';
import { justAbove } from './just-above.ts';
import { applyThresholds, calibratedValue, computeThresholds, type LabelledScore } from './thresholds.ts';

const labelled = fc.array(
  fc.record({
    score: fc.float({ min: -5, max: 5, noNaN: true }),
    label: fc.constantFrom('ok' as const, 'nok' as const),
  }),
  { minLength: 1, maxLength: 30 },
);

function f1(scores: readonly LabelledScore[], threshold: number): number {
  const tp = scores.filter((s) => s.label === 'nok' && s.score >= threshold).length;
  const predicted = scores.filter((s) => s.score >= threshold).length;
  const positives = scores.filter((s) => s.label === 'nok').length;
  return (2 * tp) / (predicted + positives);
}

describe('computeThresholds', () => {
  test('follows the rule of each method', () => {
    fc.assert(
      fc.property(labelled, (scores) => {
        const found = computeThresholds(scores);
        const ok = scores.filter((s) => s.label === 'ok').map((s) => s.score);
        const nok = scores.filter((s) => s.label === 'nok').map((s) => s.score);
        if (found.maxOk !== undefined)
          expect(ok.every((score) => score < (found.maxOk as number))).toBe(true);
        expect(found.minNok).toBe(nok.length > 0 ? Math.min(...nok) : undefined);
        if (nok.length > 0) {
          const best = Math.max(...scores.map((s) => f1(scores, s.score)));
          expect(f1(scores, found.f1Max as number)).toBeCloseTo(best, 12);
        }
      }),
    );
  });

  test('refuses an empty list and NaN', () => {
    expect(() => computeThresholds([])).toThrow(/empty list/);
    expect(() => computeThresholds([{ score: Number.NaN, label: 'ok' }])).toThrow(/NaN/);
  });
});

describe('justAbove', () => {
  test('returns the next float32', () => {
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, noDefaultInfinity: true, max: 2 ** 90, min: -(2 ** 90) }),
        (value) => {
          const next = justAbove(value);
          expect(next).toBeGreaterThan(value);
          const middle = Math.fround((next + value) / 2);
          expect(middle === value || middle === next).toBe(true);
        },
      ),
    );
  });
});

describe('applyThresholds', () => {
  const result: Result = {
    anomalyImage: { width: 3, height: 2, data: Float32Array.of(0, 1, 2, 3, 2, 1) },
    anomalyScore: 2,
    geometry: {
      sourceWidth: 3,
      sourceHeight: 2,
      box: { x: 0, y: 0, width: 3, height: 2 },
      width: 3,
      height: 2,
    },
  };
  const thresholds: Thresholds = {
    classification: 2,
    segmentation: 2,
    classificationMethod: 'manual',
    segmentationMethod: 'manual',
  };

  test('calls a score at the threshold nok and a map pixel at the threshold anomalous', () => {
    const judged = applyThresholds(result, thresholds);
    expect(judged).toMatchObject({ anomalyClass: 'nok', anomalyClassId: 1 });
    expect([...(judged.anomalyRegion?.runs ?? [])]).toEqual([0, 2, 3, 1, 0, 2]);
    expect(judged.pValue).toBeUndefined();
    expect(applyThresholds({ ...result, anomalyScore: 1.99 }, thresholds).anomalyClass).toBe('ok');
  });
});

describe('calibratedValue', () => {
  test('gives 0 at the mean, 0.5 at the threshold, monotone and unclamped', () => {
    expect(calibratedValue(1, 3, 1)).toBe(0);
    expect(calibratedValue(3, 3, 1)).toBe(0.5);
    expect(calibratedValue(9, 3, 1)).toBe(2);
    expect(calibratedValue(-1, 3, 1)).toBe(-0.5);
  });
});
