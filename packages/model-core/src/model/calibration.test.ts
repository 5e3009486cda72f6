import { describe, expect, test } from 'vitest';
import { ParameterError, type Calibration, type ReferenceSource } from '@oddpixel/contract';
import { chooseThresholds, conformalRank, guaranteedRank, pValue, scoreThreshold } from './calibration.ts';

/** A small seeded generator (mulberry32): uniform in [0, 1). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function calibration(scores: readonly number[], source: ReferenceSource = 'validation'): Calibration {
  const referenceScores = [...scores].sort((a, b) => a - b);
  return { source, referenceScores, pixelMean: 1, pixelDeviation: 0.5 };
}

/** Draws `repeats` calibrations of `n` scores and returns the true false-alarm rate of each. Scores are Exponential(1). */
function trueRates(n: number, repeats: number, threshold: (scores: number[]) => number): number[] {
  const random = uniform(7 + n);
  return Array.from({ length: repeats }, () => {
    const scores = Array.from({ length: n }, () => -Math.log(1 - random()));
    return Math.exp(-threshold(scores));
  });
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const share = (values: readonly number[], test: (v: number) => boolean): number =>
  values.filter(test).length / values.length;

describe('guaranteed statement', () => {
  test.each([
    [60, 0.1],
    [299, 0.01],
    [500, 0.02],
  ])('holds in 95 of 100 among 2,000 simulated calibrations (n = %i, rate = %f)', (n, rate) => {
    const rates = trueRates(
      n,
      2000,
      (scores) => scoreThreshold(calibration(scores), { falseAlarmRate: rate }).threshold,
    );
    // The bound is exact up to the discreteness of ranks; 0.015 is three standard errors of 2,000 draws.
    expect(share(rates, (r) => r <= rate)).toBeGreaterThan(0.95 - 0.015);
    // Not by being uselessly strict: some draws do exceed the rate.
    expect(share(rates, (r) => r > rate)).toBeGreaterThan(0.005);
  });

  test('promises what n images can, with the threshold above their maximum, if the requested rate needs more', () => {
    const { threshold, statement } = scoreThreshold(calibration([1, 2, 3, 4, 5, 6]), {
      falseAlarmRate: 0.01,
    });
    expect(threshold).toBeGreaterThan(6);
    expect(threshold).toBeLessThan(6.00001);
    expect(statement).toMatchObject({
      kind: 'guaranteed',
      requestedRate: 0.01,
      referenceCount: 6,
      confidence: 0.95,
    });
    expect(statement.falseAlarmRate).toBeCloseTo(1 - 0.05 ** (1 / 6), 12);
  });

  test('needs 299 images for 1 %; 298 are not enough', () => {
    expect(guaranteedRank(299, 0.01, 0.95)).toEqual({ rank: 299, rate: 0.01 });
    expect(guaranteedRank(298, 0.01, 0.95).rate).toBeGreaterThan(0.01);
    // Tabulated for 95 % / 95 %: 59 for the maximum, 93 for the second largest, 124 for the third.
    expect(guaranteedRank(59, 0.05, 0.95).rank).toBe(59);
    expect(guaranteedRank(92, 0.05, 0.95).rank).toBe(92);
    expect(guaranteedRank(93, 0.05, 0.95).rank).toBe(92);
    expect(guaranteedRank(124, 0.05, 0.95).rank).toBe(122);
  });
});

describe('expected statement', () => {
  test.each([
    [19, 0.05],
    [100, 0.05],
    [250, 0.02],
  ])('holds on average over 2,000 simulated calibrations (n = %i, rate = %f)', (n, rate) => {
    const options = { falseAlarmRate: rate, statement: 'expected' } as const;
    const rates = trueRates(n, 2000, (scores) => scoreThreshold(calibration(scores), options).threshold);
    expect(mean(rates)).toBeLessThan(rate * 1.1);
    expect(mean(rates)).toBeGreaterThan(rate * 0.6);
  });

  test('states 1 / (n + 1) if the requested rate needs more', () => {
    const { statement } = scoreThreshold(calibration([1, 2, 3]), {
      statement: 'expected',
      falseAlarmRate: 0.01,
    });
    expect(statement.falseAlarmRate).toBe(0.25);
    expect(conformalRank(19, 0.05)).toEqual({ rank: 19, rate: 0.05 });
  });
});

describe('estimated statement', () => {
  test('is the strongest statement that references that shaped the model can give', () => {
    const shaped = calibration([1, 2, 3, 4], 'leaveOwnRowsOut');
    expect(scoreThreshold(shaped).statement.kind).toBe('estimated');
    expect(() => scoreThreshold(shaped, { statement: 'guaranteed' })).toThrow(ParameterError);
    expect(() => scoreThreshold(shaped, { statement: 'expected' })).toThrow(ParameterError);
  });

  test('extrapolates a tail: right within 1.5 in the middle of 2,000 simulated calibrations, never a promise at their edge', () => {
    const rate = 0.0005;
    const rates = trueRates(
      1000,
      2000,
      (scores) => scoreThreshold(calibration(scores, 'leaveOwnRowsOut'), { falseAlarmRate: rate }).threshold,
    ).sort((a, b) => a - b);
    const typical = rates[1000] as number;
    expect(typical).toBeGreaterThan(rate / 1.5);
    expect(typical).toBeLessThan(rate * 1.5);
    const pessimistic = rates[1900] as number;
    expect(pessimistic).toBeLessThan(rate * 8);
    expect(pessimistic, 'an estimate that were a bound would say `guaranteed`').toBeGreaterThan(rate);
  });
});

describe('thresholds', () => {
  test('flag no reference image if they lie above the maximum', () => {
    const scores = [0.1, 0.25, 0.7].map(Math.fround);
    const { classification, segmentation, statement } = chooseThresholds(calibration(scores));
    expect(scores.every((score) => score < classification)).toBe(true);
    expect(segmentation).toBe(3);
    expect(statement?.referenceCount).toBe(3);
  });

  test('are refused without scores, with NaN among the scores and for a rate outside 0..1', () => {
    expect(() => chooseThresholds(calibration([]))).toThrow(/at least one score/);
    expect(() => chooseThresholds(calibration([1]), { falseAlarmRate: 0 })).toThrow(/between 0 and 1/);
    expect(() => chooseThresholds(calibration([1, Number.NaN]))).toThrow(/NaN/);
  });
});

describe('pValue', () => {
  test('counts the references at or above the score', () => {
    expect(pValue([1, 2, 2, 3], 2)).toBe(4 / 5);
    expect(pValue([1, 2, 2, 3], 4)).toBe(1 / 5);
    expect(pValue([1, 2, 2, 3], 0)).toBe(1);
  });
});
