import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EpochRecord, ModelManifest } from '@oddpixel/contract';
import { trainingSection } from './training-section.ts';

type Trained = Pick<ModelManifest, 'head' | 'training'>;

const rules = { maxNumEpochs: 30, errorThreshold: 0.001, patience: 10 };

function trained(
  errors: readonly number[],
  parameters: Readonly<Record<string, number | string>> = rules,
  type = 'student',
): Trained {
  const history = errors.map((error, i): EpochRecord => ({ epoch: i + 1, error }));
  return {
    head: { type, parameters, gridWidth: 40, gridHeight: 24, featureDims: 216 },
    training: { seed: 0, parameters, history, imageHashes: [], imageCount: 48, figures: {} },
  };
}

/** The drawing, read back. */
function drawn(model: Trained): {
  text: string;
  curve: [x: number, y: number][];
  best: [x: number, y: number];
  stop: number | undefined;
} {
  const text = trainingSection(model)?.markup ?? '';
  const path = /class="curve" d="M([^"Z]*)Z?"/.exec(text)?.[1] ?? '';
  const stop = /class="mark stop"[^>]*y1="([\d.]+)"/.exec(text)?.[1];
  return {
    text,
    curve: path.split('L').map((point) => point.split(',').map(Number) as [number, number]),
    best: (/class="best"\s+cx="([^"]*)"\s+cy="([^"]*)"/.exec(text) ?? []).slice(1).map(Number) as [
      number,
      number,
    ],
    stop: stop === undefined ? undefined : Number(stop),
  };
}

test('a model fitted without epochs has no training section', () => {
  expect(trainingSection(trained([], rules, 'memory'))).toBeUndefined();
  expect(trainingSection(trained([], rules, 'gaussian'))).toBeUndefined();
  expect(trainingSection(trained([]))).toBeUndefined();
  expect(trainingSection({})).toBeUndefined();
});

describe('the curve', () => {
  test('has a point per epoch, and marks and labels the best one', () => {
    const { text, curve, best } = drawn(trained([0.8, 0.4, 0.25, 0.3]));
    expect(curve).toHaveLength(4);
    expect(best).toEqual(curve[2]);
    // Equal steps to the right; half the error is half the height above the axis.
    const [first, second, third, fourth] = curve.map(([x]) => x) as [number, number, number, number];
    expect(second - first).toBeCloseTo(fourth - third, 0);
    const axis = Number(/<line x1="66" x2="406" y1="(\d+)"/.exec(text)?.[1]);
    expect(axis - (curve[1]?.[1] ?? 0)).toBeCloseTo((axis - (curve[0]?.[1] ?? 0)) / 2, 0);
    expect(text).toMatch(/>best: epoch 3<.*>error 0\.25</s);
    expect(text).toContain('unexplained');
  });

  test('describes its start, end and best point to a screen reader', () => {
    const { text } = drawn(trained([0.8, 0.4, 0.25, 0.3]));
    expect(text).toMatch(/aria-labelledby="training-title training-description"/);
    expect(text).toContain(
      'The error goes from 0.8 after epoch 1 to 0.3 after epoch 4. The best is epoch 3 with an error of 0.25.',
    );
  });

  test('has ticks only at epochs of the training', () => {
    for (const count of [1, 2, 3, 30]) {
      const { text } = drawn(trained(Array.from({ length: count }, (_, i) => 1 / (i + 1))));
      const ticks = [...text.matchAll(/text-anchor="middle">([^<]*)<\/text/g)].map(([, tick]) =>
        Number(tick),
      );
      expect(ticks.length).toBeGreaterThan(0);
      expect(ticks.filter((tick) => !Number.isInteger(tick) || tick < 1 || tick > count)).toEqual([]);
    }
  });

  test('shows the errorThreshold if it is distinguishable from the axis', () => {
    const at = (errorThreshold: number): number | undefined =>
      drawn(trained([0.8, 0.4, 0.25], { ...rules, errorThreshold })).stop;
    const { curve } = drawn(trained([0.8, 0.4, 0.25]));
    expect(at(0.4)).toBe(curve[1]?.[1]);
    expect([at(0), at(0.001), at(2)]).toEqual([undefined, undefined, undefined]);
    expect(drawn(trained([0.8], {})).stop).toBeUndefined();
    expect(drawn(trained([0.8, 0.4], { ...rules, errorThreshold: 0.2 })).text).toContain(
      'errorThreshold 0.2:',
    );
  });

  test('stays inside the drawing, with the mark on the first lowest point, whatever the errors', () => {
    const error = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.constantFrom(0, 5e-324, -5e-324, 1e-9, 1e300),
    );
    fc.assert(
      fc.property(fc.array(error, { minLength: 1, maxLength: 60 }), (errors) => {
        const { text, curve, best } = drawn(trained(errors));
        expect(text).not.toMatch(/NaN|undefined|Infinity/);
        expect(curve).toHaveLength(errors.length);
        expect(best).toEqual(curve[errors.indexOf(Math.min(...errors))]);
        for (const [x, y] of curve) {
          expect(x >= 66 && x <= 406 && y >= 14 && y <= 236).toBe(true);
        }
      }),
    );
  });

  test('can draw the maximum number of epochs', () => {
    const { curve } = drawn(trained(Array.from({ length: 200_000 }, (_, i) => 1 / (i + 1))));
    expect(curve).toHaveLength(200_000);
  });
});

describe('what ended the training', () => {
  const falling = Array.from({ length: 30 }, (_, i) => 0.3 / (i + 1));

  test.each([
    ['all epochs', falling, rules, /30 epochs, as many as maxNumEpochs allows\..*0\.001,.*not reached\./s],
    [
      'an error that is low enough',
      [0.5, 0.2, 0.09],
      { ...rules, errorThreshold: 0.1 },
      /after 3 epochs: the error fell to the errorThreshold of 0\.1\./,
    ],
    [
      'patience',
      [0.5, 0.2, ...Array.from({ length: 10 }, () => 0.3)],
      rules,
      /after 12 epochs: the last 10 epochs did not lower the error \(patience 10\)\./,
    ],
    ['one epoch', [0.5], { ...rules, maxNumEpochs: 1 }, /after 1 epoch, as many/],
    ['rules that the manifest does not name', [0.5, 0.4], { patience: 'long' }, /after 2 epochs\.<\/p>/],
  ])('%s', (_, errors, parameters, words) => {
    expect(drawn(trained(errors, parameters)).text).toMatch(words);
  });

  test('names the kept epoch and the variance that it explains', () => {
    const { text } = drawn(trained([0.5, 0.0625, 0.2]));
    expect(text).toMatch(/Epoch 2 was kept\.<\/strong>\s+Its error of 0\.0625 .*93\.8\u00a0% of the/s);
    expect(drawn(trained([1.5])).text).toMatch(
      /error of 1\.5 is the lowest\.\s+The student explains nothing/,
    );
  });
});
