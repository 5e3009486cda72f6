/** Files that were copied: they teach nothing new, so they neither calibrate nor count. */
import { beforeAll, describe, expect, test } from 'vitest';
import { ParameterError, type HeadType } from '../contract/index.ts';
import { chooseThresholds, type AnomalyModel } from '../model/index.ts';
import { ortBackend } from '../testing/ort-backend.ts';
import { stripes, stripesPreprocessing } from '../testing/stripes.ts';
import { tinyExtractor } from '../testing/tiny-extractor.ts';
import { calibrateModel } from './calibrate-model.ts';
import { createInitialModel } from './initial-model.ts';
import { trainModel, type TrainResult } from './train-model.ts';
import { createTrainParams } from './train-params.ts';
import { samplesInMemory } from './training-sample.ts';

const backend = ortBackend();
let initial: AnomalyModel;
beforeAll(async () => {
  initial = await createInitialModel(tinyExtractor(), { preprocessing: stripesPreprocessing, id: 'tiny' });
});

async function train(
  head: HeadType,
  seeds: readonly number[],
  validation?: readonly number[],
): Promise<{ model: AnomalyModel; result: TrainResult }> {
  const params = createTrainParams(head, { numRows: 200, ...(head === 'student' && { maxNumEpochs: 2 }) });
  const kept = validation && samplesInMemory(validation.map((seed) => stripes(seed)));
  return trainModel(initial, samplesInMemory(seeds.map((seed) => stripes(seed))), params, {
    backend,
    ...(kept && { validation: kept }),
  });
}

const codes = ({ remarks }: TrainResult): string[] => remarks.map(({ code }) => code);

describe.each(['memory', 'gaussian'] as const)('head %s', (head) => {
  test('20 equal images give no threshold, and say why', async () => {
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
    expect(codes(result)).toEqual(['noThreshold']);
    await expect(calibrateModel(model, samplesInMemory([stripes(1)]), { backend })).rejects.toThrow(
      ParameterError,
    );
  });

  test('validation images that are equal, or trained the model, count once or not at all', async () => {
    const { model } = await train(head, [0, 1, 2, 3], [3, 10, 10, 11]);
    expect(model.manifest.calibration?.referenceScores).toHaveLength(2);
  });
});

test('two images give a gaussian no threshold: a fit to one of them knows no difference', async () => {
  const { model, result } = await train('gaussian', [0, 1]);
  expect(model.manifest.thresholds).toBeUndefined();
  expect(codes(result)).toEqual(['noThreshold']);
});

test('a student that is validated by its own training images has no threshold', async () => {
  const { model } = await train('student', [3, 3, 3, 3], [3]);
  expect(model.manifest.thresholds).toBeUndefined();
});

test('a threshold is never farther above the highest reference than that is above the median', () => {
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
