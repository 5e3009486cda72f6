import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ImageRecord } from '../protocol.ts';
import { histogram, rocOf } from './statistics.ts';
import type { Judged } from './studio.ts';

function judged(score: number, truth?: 'ok' | 'nok', id: string = `${score} ${truth}`): Judged {
  const image: ImageRecord = { id, name: id, role: 'inspect', width: 4, height: 3, truth };
  return { image, score };
}

describe('histogram', () => {
  test('counts every image once, wherever it lies', () => {
    const scores = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(scores, fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true })), (values, threshold) => {
        const bars = histogram(
          values.map((score) => judged(score)),
          threshold ?? undefined,
        );
        const counted = bars.bins.reduce((sum, { ok, nok, unknown }) => sum + ok + nok + unknown, 0);
        expect(counted).toBe(values.length);
        expect(bars.low).toBeLessThan(Math.min(...values));
        expect(bars.high).toBeGreaterThan(Math.max(...values));
      }),
      {
        examples: [
          [[-5e-324], null],
          [[7, 7], 7],
        ],
      },
    );
  });
});

describe('rocOf', () => {
  test('measures how well labelled images separate', () => {
    const roc = rocOf([judged(3, 'nok'), judged(2, 'ok'), judged(1, 'nok'), judged(0, 'ok')], new Set());
    // Of the four pairs of an odd and a good image, three are in order.
    expect(roc).toMatchObject({ auroc: 0.75, images: 4 });
  });

  test('leaves out images that are part of the model, and is undefined without images of both kinds', () => {
    const all = [judged(3, 'nok'), judged(2, 'ok', 'learned'), judged(1, 'ok')];
    expect(rocOf(all, new Set(['learned']))).toMatchObject({ auroc: 1, images: 2 });
    expect(rocOf([judged(3, 'nok'), judged(2)], new Set())).toBeUndefined();
    expect(rocOf([judged(3)], new Set())).toBeUndefined();
  });
});
