import { beforeAll, describe, expect, test } from 'vitest';
import {
  LimitExceededError,
  ModelStateError,
  ParameterError,
  TensorMismatchError,
  type Backend,
  type Result,
} from '@oddpixel/contract';
import { loadModel } from '../model/load.ts';
import { readModel, writeModel, type AnomalyModel } from '../model/model.ts';
import { blotPair, expectBlotFound } from '../../test/blot.ts';
import { gaussian, memory } from '../heads/index.ts';
import { paramsOf, type HeadName, type MixedParams } from '../../test/heads.ts';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import { stripes, stripesPreprocessing, stripesSize } from '../../test/stripes.ts';
import { tinyBackbone, wideBackbone } from '../../test/tiny-backbone.ts';
import { addToModel } from '../heads/memory/add-to-model.ts';
import { calibrateModel } from './calibrate-model.ts';
import { createInitialModel } from './initial-model.ts';
import { checkPatchMemory } from './patch-store.ts';
import { trainModel } from './train-model.ts';
import { createTrainParams } from './train-params.ts';
import { samplesInMemory, type TrainingSample } from './training-sample.ts';

const backend: Backend = ortBackend();
const good = (count: number, from = 0): TrainingSample[] =>
  Array.from({ length: count }, (_, i) => stripes(from + i));
let initial: AnomalyModel;

beforeAll(async () => {
  initial = await createInitialModel(tinyBackbone(), { preprocessing: stripesPreprocessing, id: 'tiny' });
});

async function train(
  head: HeadName,
  samples: readonly TrainingSample[],
  params: MixedParams = {},
): Promise<AnomalyModel> {
  const { model } = await trainModel(
    initial,
    samplesInMemory(samples),
    paramsOf(head, { numRows: 300, ...params }),
    {
      backend,
    },
  );
  return model;
}

async function apply(model: AnomalyModel, samples: readonly TrainingSample[]): Promise<Result[]> {
  const loaded = await loadModel(model, backend);
  const results = await loaded.apply(samples);
  await loaded.dispose();
  return results;
}

const cases: [HeadName, MixedParams][] = [
  ['memory', {}],
  ['memory', { scoreMethod: 'meanDeviation' }],
  ['memory', { featureDims: 7 }],
  ['gaussian', {}],
  ['gaussian', { covariance: 'perPosition', featureDims: 5 }],
];

describe.each(cases)('head %s %o', (head, params) => {
  let model: AnomalyModel;
  beforeAll(async () => {
    model = await train(head, good(12), params);
  });

  test('finds a blot and its place', async () => {
    expectBlotFound(await apply(model, blotPair()));
  });

  test('stores everything in one file, which gives equal scores in any batch', async () => {
    const again = readModel(writeModel(model));
    expect(again.manifest).toEqual(model.manifest);
    const three = [stripes(50), stripes(51, { x: 8, y: 8 }), stripes(52)];
    const together = await apply(again, three);
    for (const [i, sample] of three.entries()) {
      const [alone] = await apply(model, [sample]);
      expect(together[i]?.anomalyScore).toBeCloseTo(alone?.anomalyScore ?? Number.NaN, 4);
    }
  });

  test('states how its threshold was set', () => {
    const { calibration, thresholds, training } = model.manifest;
    expect(calibration?.source).toBe(head === 'memory' ? 'leaveOwnRowsOut' : 'leaveOwnSumsOut');
    expect(calibration?.referenceScores).toHaveLength(12);
    expect(thresholds?.statement?.kind).toBe('estimated');
    expect(training?.imageHashes).toHaveLength(12);
    expect(training?.figures['patchesSeen']).toBe(12 * (stripesSize.width / 8) * (stripesSize.height / 8));
  });

  test('gives the same bytes for the same seed', async () => {
    const again = await train(head, good(12), params);
    expect(Buffer.from(again.bytes).equals(Buffer.from(model.bytes))).toBe(true);
  });
});

describe('calibration', () => {
  test('uses a validation split if there is one, and counts its images as known', async () => {
    const { model } = await trainModel(
      initial,
      samplesInMemory(good(8)),
      paramsOf('memory', { numRows: 200 }),
      {
        backend,
        validation: samplesInMemory(good(6, 20)),
      },
    );
    expect(model.manifest.calibration?.source).toBe('validation');
    expect(model.manifest.thresholds?.statement).toMatchObject({ kind: 'guaranteed', referenceCount: 6 });
    expect(model.manifest.training?.imageHashes).toHaveLength(14);
  });

  test('never compares an image with rows of its own group', async () => {
    // Two very similar images: in separate groups they score low against each other's rows, in one group only other rows are left.
    const first = stripes(3);
    const grain = first.image.data.map((value, i) => value + 12 * ((Math.imul(i, 0x9e3779b1) >>> 31) - 0.5));
    const twins = [first, { ...first, image: { ...first.image, data: grain }, imageHash: 'a'.repeat(16) }];
    const others = good(6, 10);
    const apart = await train('memory', [...twins, ...others], { numRows: 100_000 });
    const together = await train('memory', [...twins.map((s) => ({ ...s, group: 'twin' })), ...others], {
      numRows: 100_000,
    });
    const scores = (model: AnomalyModel): number[] => [
      ...(model.manifest.calibration?.referenceScores ?? []),
    ];
    expect(scores(apart)).toHaveLength(8);
    expect(scores(apart)[1]).toBeLessThan(0.2);
    expect(scores(together)).toHaveLength(8);
    expect(scores(together)[0]).toBeGreaterThan(0.5);
  });

  test('leave-own-rows-out equals a model trained without the image if every patch is kept', async () => {
    const samples = good(5);
    const full = await train('memory', samples, { numRows: 100_000 });
    const expected: number[] = [];
    for (const [i, sample] of samples.entries()) {
      const [result] = await apply(await train('memory', samples.toSpliced(i, 1), { numRows: 100_000 }), [
        sample,
      ]);
      expected.push(result?.anomalyScore ?? Number.NaN);
    }
    const scores = full.manifest.calibration?.referenceScores ?? [];
    // Scales differ a little, since the other model was trained on one image fewer.
    expected
      .sort((a, b) => a - b)
      .forEach((value, i) => expect(Math.abs((scores[i] ?? 0) - value) / value).toBeLessThan(0.1));
  });

  test('a single image gives a model without thresholds', async () => {
    const model = await train('memory', good(1));
    expect(model.manifest.thresholds).toBeUndefined();
    const calibrated = await calibrateModel(model, samplesInMemory(good(5, 30)), { backend });
    expect(calibrated.manifest.thresholds?.statement?.kind).toBe('guaranteed');
  });
});

describe('adding images', () => {
  test('appends rows that the memory does not cover; scores can only fall', async () => {
    const model = await train('memory', good(6), { numRows: 60 });
    const novel = [stripes(70, { x: 32, y: 32 })];
    const before = await apply(model, [...novel, ...good(3, 80)]);
    const { model: grown, rowsAdded } = await addToModel(model, samplesInMemory(novel), { backend });
    expect(rowsAdded).toBeGreaterThan(0);
    const after = await apply(grown, [...novel, ...good(3, 80)]);
    after.forEach(({ anomalyScore }, i) =>
      expect(anomalyScore).toBeLessThanOrEqual((before[i]?.anomalyScore ?? 0) + 1e-3),
    );
    expect(after[0]?.anomalyScore).toBeLessThanOrEqual(
      (model.manifest.training?.figures['coverageRadius'] ?? 0) + 1e-3,
    );
    expect(grown.manifest.calibration?.stale).toBe(true);
    expect(grown.manifest.thresholds).toEqual(model.manifest.thresholds);
    expect(grown.manifest.training?.imageCount).toBe(7);
    // The result is a model like any other: more can be added.
    const twice = await addToModel(grown, samplesInMemory(novel), { backend });
    expect(twice.rowsAdded).toBe(0);
  });

  test('refuses other heads', async () => {
    const model = await train('gaussian', good(4));
    await expect(addToModel(model, samplesInMemory(good(1)), { backend })).rejects.toThrow(ModelStateError);
  });
});

describe('misuse', () => {
  test.each([
    [() => memory({ numRows: 0 }), /numRows/],
    [() => createTrainParams(memory(), { falseAlarmRate: 1 }), /falseAlarmRate/],
    [() => gaussian({ shrinkage: 0 }), /shrinkage/],
    [() => gaussian({ covariance: 'diagonal' as 'shared' }), /'shared' or 'perPosition'/],
    [() => createTrainParams(memory(), { standardDeviationFactor: -1 }), /standardDeviationFactor/],
    [() => createTrainParams(memory(), { typo: 1 } as object), /typo/],
    [() => memory({ shrinkage: 0.5 } as object), /one of numRows/],
  ])('%s throws a ParameterError that names the parameter', (create, message) => {
    expect(create).toThrow(ParameterError);
    expect(create).toThrow(message);
  });

  test('no sample, a sample of another size, a trained model or an aborted signal is refused', async () => {
    const params = paramsOf('memory', { numRows: 20 });
    await expect(trainModel(initial, samplesInMemory([]), params, { backend })).rejects.toThrow(
      ParameterError,
    );
    const [sample] = good(1);
    const wrong = {
      ...(sample as TrainingSample),
      image: { ...(sample as TrainingSample).image, dims: [3, 96, 64] },
    };
    await expect(trainModel(initial, samplesInMemory([wrong]), params, { backend })).rejects.toThrow(
      TensorMismatchError,
    );
    const trained = await train('memory', good(2));
    await expect(trainModel(trained, samplesInMemory(good(2)), params, { backend })).rejects.toThrow(
      ModelStateError,
    );
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(trainModel(initial, samplesInMemory(good(2)), params, { backend, signal })).rejects.toThrow(
      'stopped',
    );
  });

  test('covariances per position that would make a huge file are refused', async () => {
    const wide = await createInitialModel(wideBackbone(592), {
      preprocessing: stripesPreprocessing,
      id: 'wide',
    });
    const params = paramsOf('gaussian', { covariance: 'perPosition', featureDims: 592 });
    const training = trainModel(wide, samplesInMemory(good(2)), params, { backend });
    await expect(training).rejects.toThrow(ParameterError);
    await expect(training).rejects.toMatchObject({
      details: { name: 'covariance', received: '96 positions with 592 features: 129 MiB' },
    });
  });

  test('training with more features than the backbone has uses all of them', async () => {
    await expect(
      train('gaussian', good(2), { covariance: 'perPosition', featureDims: 4096 }),
    ).resolves.toBeDefined();
  });

  test('patches that do not fit into memory throw LimitExceededError', () => {
    expect(() => checkPatchMemory(1_000_000, 1024, 216)).toThrow(LimitExceededError);
  });
});
