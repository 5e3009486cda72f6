/** Files that were copied: they add nothing new, so they neither calibrate nor count. */
import { beforeAll, describe, expect, test } from 'vitest';
import { ParameterError } from '@oddpixel/contract';
import { chooseThresholds } from '../model/calibration.ts';
import { type AnomalyModel } from '../model/model.ts';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import { stripes, stripesPreprocessing } from '../../test/stripes.ts';
import { paramsOf, type HeadName } from '../../test/heads.ts';
import { tinyBackbone } from '../../test/tiny-backbone.ts';
import { calibrateModel } from './calibrate-model.ts';
import { createInitialModel } from './initial-model.ts';
import { trainModel, type TrainResult } from './train-model.ts';
import { samplesInMemory, type TrainingSample } from './training-sample.ts';

const backend = ortBackend();
let initial: AnomalyModel;
beforeAll(async () => {
  initial = await createInitialModel(tinyBackbone(), { preprocessing: stripesPreprocessing, id: 'tiny' });
});

async function train(
  head: HeadName,
  seeds: readonly number[],
  validation?: readonly number[],
): Promise<{ model: AnomalyModel; result: TrainResult }> {
  const params = paramsOf(head, head === 'student' ? { numRows: 200, maxNumEpochs: 2 } : { numRows: 200 });
  const kept = validation && samplesInMemory(validation.map((seed) => stripes(seed)));
  return trainModel(initial, samplesInMemory(seeds.map((seed) => stripes(seed))), params, {
    backend,
    validation: kept,
  });
}

const codes = ({ remarks }: TrainResult): string[] => remarks.map(({ code }) => code);

describe.each(['memory', 'gaussian'] as const)('head %s', (head) => {
  test('20 equal images give no threshold, and a remark says why', async () => {
    const { model, result } = await train(
      head,
      Array.from({ length: 20 }, () => 3),
    );
    expect(model.manifest.thresholds).toBeUndefined();
    expect(codes(result)).toEqual(['equalImages', 'noThreshold']);
    expect(result.remarks[0]?.message).toContain('20 training images have only 1 different contents');
  });

  test('an image repeated unevenly counts once among the references', async () => {
    const { model, result } = await train(head, [0, 1, 1, 1, 1, 2, 3, 3, 4, 5, 0]);
    expect(model.manifest.calibration?.referenceScores).toHaveLength(6);
    expect(model.manifest.thresholds?.statement?.referenceCount).toBe(6);
    expect(codes(result)).toEqual(['equalImages']);
  });

  test('different images give no remark', async () => {
    expect(codes((await train(head, [0, 1, 2, 3])).result)).toEqual([]);
  });

  test('a validation split of the training images gives no threshold', async () => {
    const { model, result } = await train(head, [0, 1, 2, 3], [1, 2]);
    expect(model.manifest.thresholds).toBeUndefined();
    expect(codes(result)).toEqual(['noThreshold', 'repeatedValidationImages']);
    await expect(calibrateModel(model, samplesInMemory([stripes(1)]), { backend })).rejects.toThrow(
      ParameterError,
    );
  });

  test('equal validation images count once, and those that trained the model do not count', async () => {
    const { model } = await train(head, [0, 1, 2, 3], [3, 10, 10, 11]);
    expect(model.manifest.calibration?.referenceScores).toHaveLength(2);
  });
});

test('two images give a gaussian no threshold, because a fit to one of them shows no variation', async () => {
  const { model, result } = await train('gaussian', [0, 1]);
  expect(model.manifest.thresholds).toBeUndefined();
  expect(codes(result)).toEqual(['noThreshold']);
});

test('a student validated on its own training images has no threshold', async () => {
  const { model } = await train('student', [3, 3, 3, 3], [3]);
  expect(model.manifest.thresholds).toBeUndefined();
});

/** What a copy can look like: brighter by a gray value, or with noise of one. */
const retouched: Record<string, (value: number, i: number) => number> = {
  'brighter by a gray value': (value) => value + 1,
  'noise of one gray value': (value, i) => value + ((Math.imul(i, 0x9e3779b1) >>> 16) % 3) - 1,
  'brighter by 1 %': (value) => 1.01 * value,
};

/** The image changed by `change`, as a file of its own. */
function retouch(index: number, change: (value: number, i: number) => number, shot: number): TrainingSample {
  const sample = stripes(index);
  const data = sample.image.data.map((value, i) => change(value, i + 7919 * shot));
  return {
    ...sample,
    image: { ...sample.image, data },
    imageHash: `${index}-${shot}`.padStart(16, '0'),
    name: `part ${index}, shot ${shot}`,
  };
}

describe.each(Object.keys(retouched))('copies that are not equal: %s', (kind) => {
  const change = retouched[kind] as (value: number, i: number) => number;
  const shots = (index: number, count: number): TrainingSample[] =>
    Array.from({ length: count }, (_, shot) => retouch(index, shot === 0 ? (value) => value : change, shot));
  const fit = (head: HeadName, samples: readonly TrainingSample[]): ReturnType<typeof trainModel> =>
    trainModel(initial, samplesInMemory(samples), paramsOf(head, { numRows: 200 }), { backend });

  test.each(['memory', 'gaussian'] as const)('%s: 20 of one part give no threshold', async (head) => {
    const { model, result } = await fit(head, shots(3, 20));
    expect(model.manifest.thresholds).toBeUndefined();
    expect(codes(result)).toEqual(['nearEqualImages', 'noThreshold']);
    expect(result.remarks[0]?.message).toContain('part 3, shot 1 like part 3, shot 0');
    expect(result.remarks[0]?.files).toHaveLength(19);
  });

  test.each(['memory', 'gaussian'] as const)('%s: some of each part count once', async (head) => {
    // In the order in which folders are read, and in that of a line on which parts come up again.
    const parts = [0, 1, 2, 3, 4, 5].map((index, i) => shots(index, 1 + (i % 3)));
    const inTurns = [0, 1, 2].flatMap((shot) => parts.flatMap((part) => part.slice(shot, shot + 1)));
    for (const samples of [parts.flat(), inTurns]) {
      const { model } = await fit(head, samples);
      expect(model.manifest.calibration?.referenceScores).toHaveLength(6);
      expect(model.manifest.training?.imageCount).toBe(samples.length);
    }
  });

  test('a repeated image does not lower the scores that its part is calibrated with', async () => {
    const once = await fit(
      'memory',
      [0, 1, 2, 3, 4, 5].flatMap((index) => shots(index, 1)),
    );
    const often = await fit(
      'memory',
      [0, 1, 2, 3, 4, 5].flatMap((index) => shots(index, 1 + 3 * (index % 2))),
    );
    const lowest = (trained: { model: AnomalyModel }): number =>
      trained.model.manifest.calibration?.referenceScores[0] as number;
    expect(lowest(often)).toBeGreaterThan(0.8 * lowest(once));
  });

  test('validation images like the training images, or like each other, do not count', async () => {
    const [a, b] = shots(3, 2) as [TrainingSample, TrainingSample];
    const train = [stripes(0), stripes(1), stripes(2), a];
    const validation = samplesInMemory([b, ...shots(7, 3), ...shots(8, 2)]);
    const params = paramsOf('memory', { numRows: 200 });
    const { model, result } = await trainModel(initial, samplesInMemory(train), params, {
      backend,
      validation,
    });
    expect(model.manifest.calibration?.referenceScores).toHaveLength(2);
    expect(codes(result)).toEqual(['repeatedValidationImages']);
    expect(result.remarks[0]?.files).toEqual([b.name, 'part 7, shot 1', 'part 7, shot 2', 'part 8, shot 1']);
    const { model: own } = await trainModel(initial, samplesInMemory(train), params, { backend });
    const kept = samplesInMemory([...shots(7, 3), ...shots(8, 2)]);
    const alone = await calibrateModel(own, kept, { backend });
    expect(alone.manifest.calibration?.referenceScores).toHaveLength(2);
  });
});

test('with more groups than folds, near-equal images are still left out together', async () => {
  const parts = Array.from({ length: 24 }, (_, index) => stripes(index));
  const again = parts.map((_, index) => retouch(index, (value) => value + 1, 1));
  const params = paramsOf('gaussian');
  const { model } = await trainModel(initial, samplesInMemory([...parts, ...again]), params, { backend });
  const { model: once } = await trainModel(initial, samplesInMemory(parts), params, { backend });
  const [scores, expected] = [model, once].map(({ manifest }) => manifest.calibration?.referenceScores ?? []);
  expect(scores).toHaveLength(24);
  scores?.forEach((score, i) => expect(score / (expected?.[i] as number)).toBeCloseTo(1, 1));
});

test('a file in two named groups makes them one', async () => {
  const grouped = (index: number, group: string): TrainingSample => ({ ...stripes(index), group });
  const samples = [grouped(0, 'a'), grouped(1, 'a'), grouped(0, 'b'), grouped(2, 'b')];
  const params = paramsOf('memory', { numRows: 200 });
  const { model, result } = await trainModel(initial, samplesInMemory(samples), params, { backend });
  expect(model.manifest.thresholds).toBeUndefined();
  expect(result.remarks.at(-1)?.message).toContain(': 1 different image cannot');
});

test('a threshold is never farther above the highest reference than the highest reference is above the median', () => {
  for (let heavy = 1; heavy <= 60; heavy++) {
    const referenceScores = Array.from({ length: 200 }, (_, i) => 1 + (1 - (i + 0.5) / 200) ** -(heavy / 20));
    referenceScores.sort((a, b) => a - b);
    const { classification } = chooseThresholds(
      { source: 'leaveOwnRowsOut', referenceScores, pixelMean: 0, pixelDeviation: 1 },
      { falseAlarmRate: 0.001 },
    );
    const highest = referenceScores.at(-1) as number;
    expect(classification).toBeLessThanOrEqual(2 * highest - (referenceScores[100] as number));
    expect(classification).toBeGreaterThan(highest);
  }
});
