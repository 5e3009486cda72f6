import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { hostTensor } from '@oddpixel/contract';
import { readModel, writeModel, type AnomalyModel } from '../model/model.ts';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import { stripes, stripesPreprocessing } from '../../test/stripes.ts';
import { paramsOf, type HeadName, type MixedParams } from '../../test/heads.ts';
import { tinyBackbone } from '../../test/tiny-backbone.ts';
import { calibrateModel } from './calibrate-model.ts';
import type { TrainProgress } from './head.ts';
import { imageGrouper } from './image-groups.ts';
import { createInitialModel } from './initial-model.ts';
import { trainModel, type TrainModelOptions } from './train-model.ts';
import {
  originalsOf,
  samplesInMemory,
  withCopies,
  type TrainingSample,
  type TrainingSamples,
} from './training-sample.ts';

const backend = ortBackend();
const good = (count: number, from = 0): TrainingSample[] =>
  Array.from({ length: count }, (_, i) => stripes(from + i));
let initial: AnomalyModel;

beforeAll(async () => {
  initial = await createInitialModel(tinyBackbone(), { preprocessing: stripesPreprocessing, id: 'tiny' });
});

/** Darker by 3 gray values per copy. */
const darker = (sample: TrainingSample, copy: number): TrainingSample => ({
  ...sample,
  image: hostTensor(
    'float32',
    sample.image.dims,
    sample.image.data.map((value) => value - 3 * copy),
  ),
});
const same = (sample: TrainingSample): TrainingSample => sample;

function augmented(
  samples: readonly TrainingSample[],
  vary: (sample: TrainingSample, copy: number) => TrainingSample = darker,
  copies = 2,
): TrainingSamples {
  return withCopies(samplesInMemory(samples), { copies, record: { step: 3 }, vary });
}

async function train(
  samples: TrainingSamples,
  head: HeadName,
  params: MixedParams = {},
  options: Partial<TrainModelOptions> = {},
): Promise<AnomalyModel> {
  const all = paramsOf(head, { numRows: 300, maxNumEpochs: 2, complexity: 2, ...params });
  return (await trainModel(initial, samples, all, { backend, ...options })).model;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test('a stream with copies yields each image, then its copies with its identity, the same in every pass', async () => {
  const identity = fc.record(
    { group: fc.constantFrom('a', 'b'), imageHash: fc.constantFrom('0'.repeat(16), 'f'.repeat(16)) },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(identity, { maxLength: 5 }),
      fc.integer({ min: 1, max: 3 }),
      async (identities, copies) => {
        const images = identities.map((fields, i): TrainingSample => {
          const { geometry } = stripes(i);
          return { geometry, image: hostTensor('float32', [1, 1, 2], Float32Array.of(i, 9)), ...fields };
        });
        const stream = augmented(images, darker, copies);
        const first = await collect(stream);
        expect(await collect(stream)).toEqual(first);
        expect(first).toHaveLength(stream.count);
        expect(await collect(originalsOf(stream))).toEqual(images);
        const grouper = imageGrouper(1);
        for (const sample of first) grouper.add(sample, undefined);
        const { groups, originals } = grouper.finish();
        expect(originals.map((place) => first[place])).toEqual(images);
        for (const [place, sample] of first.entries()) {
          const index = Math.floor(place / (1 + copies));
          const copy = place % (1 + copies);
          expect(sample.copy).toBe(copy === 0 ? undefined : copy);
          const { group, imageHash } = images[index] as TrainingSample;
          expect([sample.group, sample.imageHash]).toEqual([group, imageHash]);
          expect(groups[place]).toBe(groups[index * (1 + copies)]);
          expect(sample.image.data[0]).toBe((images[index]?.image.data[0] ?? 0) - 3 * copy);
        }
        // Equal content is one group; other images without a group share theirs with no other image.
        const unnamed = originals.filter((place) => first[place]?.group === undefined);
        const alone = unnamed.filter((place) => first[place]?.imageHash === undefined);
        for (const place of alone) expect(groups.indexOf(groups[place] as number)).toBe(place);
        expect(new Set(alone.map((place) => groups[place])).size).toBe(alone.length);
        for (const [place, { imageHash }] of first.entries()) {
          if (imageHash === undefined) continue;
          const before = first.findIndex((sample) => sample.imageHash === imageHash);
          expect(groups[place]).toBe(groups[before]);
        }
      },
    ),
    { numRuns: 30 },
  );
});

const heads: [HeadName, MixedParams][] = [
  ['memory', {}],
  ['memory', { scoreMethod: 'meanDeviation', featureDims: 7 }],
  ['gaussian', {}],
  ['gaussian', { covariance: 'perPosition', featureDims: 5 }],
  ['student', {}],
];

describe.each(heads)('head %s %o', (head, params) => {
  test('is trained on copies, but neither counts nor scores them', async () => {
    const reports: TrainProgress[] = [];
    const onProgress = (report: TrainProgress): void => void reports.push(report);
    const model = await train(augmented(good(6)), head, params, { onProgress });
    const plain = await train(samplesInMemory(good(6)), head, params);
    const { training, calibration } = readModel(writeModel(model)).manifest;
    expect(training?.augmentation).toEqual({ copies: 2, step: 3 });
    expect(plain.manifest.training).not.toHaveProperty('augmentation');
    expect(training?.imageCount).toBe(6);
    expect(training?.imageHashes).toEqual(plain.manifest.training?.imageHashes);
    expect(calibration?.referenceScores.length).toBe(plain.manifest.calibration?.referenceScores.length);
    expect(Buffer.from(model.bytes).equals(Buffer.from(plain.bytes))).toBe(false);
    // An error is measured on positions of images, never of copies.
    const { positionsHeldOut } = training?.figures ?? {};
    expect(positionsHeldOut).toBe(plain.manifest.training?.figures['positionsHeldOut']);
    for (const { phase, done, total } of reports) {
      expect(done).toBeLessThanOrEqual(total);
      if (phase === 'features') expect(total).toBe(18);
      if (phase === 'calibration') expect(total).toBe(6);
    }
    const last = new Map(reports.map(({ phase, done, total }) => [phase, done === total]));
    expect([...last.values()].every(Boolean)).toBe(true);
  });

  test('gives the same bytes for the same copies', async () => {
    const [a, b] = [
      await train(augmented(good(4)), head, params),
      await train(augmented(good(4)), head, params),
    ];
    expect(Buffer.from(a.bytes).equals(Buffer.from(b.bytes))).toBe(true);
  });
});

describe('calibration', () => {
  const grouped = good(6).map((sample, i) => ({ ...sample, group: `part ${i >> 1}` }));

  test.each([
    ['memory', 'images', good(6)],
    ['memory', 'parts', grouped],
    ['gaussian', 'images', good(6)],
    ['gaussian', 'parts', grouped],
  ] as const)('%s: copies that are the %s themselves change no reference score', async (head, _, samples) => {
    // Compared with its own copies an image would score 0.
    const params = { numRows: 100_000 };
    const plain = (await train(samplesInMemory(samples), head, params)).manifest.calibration;
    const doubled = (await train(augmented(samples, same), head, params)).manifest.calibration;
    expect(doubled?.referenceScores).toHaveLength(6);
    for (const [i, score] of (plain?.referenceScores ?? []).entries()) {
      expect(score).toBeGreaterThan(0.05);
      expect((doubled?.referenceScores[i] ?? 0) / score).toBeCloseTo(1, 3);
    }
    // If two images have a patch in common, the memory keeps one of the two: which one depends on where it starts.
    const ratio = (doubled?.pixelMean ?? 0) / (plain?.pixelMean ?? 0);
    expect(Math.abs(ratio - 1)).toBeLessThan(head === 'memory' ? 0.1 : 0.001);
  });

  test('one image with copies is still one image: no thresholds', async () => {
    for (const head of ['memory', 'gaussian'] as const) {
      const { manifest } = await train(augmented(good(1)), head);
      expect([manifest.training?.imageCount, manifest.thresholds]).toEqual([1, undefined]);
    }
  });

  test('of a stream with copies looks at the images only', async () => {
    const model = await train(samplesInMemory(good(4)), 'memory');
    const plain = await calibrateModel(model, samplesInMemory(good(5, 20)), { backend });
    const stream = augmented(good(5, 20));
    expect((await calibrateModel(model, stream, { backend })).manifest).toEqual(plain.manifest);
    const validated = await train(samplesInMemory(good(4)), 'memory', {}, { validation: stream });
    expect(validated.manifest.calibration?.referenceScores).toHaveLength(5);
  });
});

test('a student resumes only with the same copies', async () => {
  const checkpoints: Uint8Array[] = [];
  const samples = augmented(good(3));
  const onCheckpoint = (bytes: Uint8Array): void => void checkpoints.push(bytes);
  const whole = await train(samples, 'student', {}, { onCheckpoint });
  const resume = checkpoints[0] as Uint8Array;
  const resumed = await train(samples, 'student', {}, { resume });
  expect(Buffer.from(resumed.bytes).equals(Buffer.from(whole.bytes))).toBe(true);
  for (const others of [samplesInMemory(good(3)), augmented(good(3), darker, 1)]) {
    await expect(train(others, 'student', {}, { resume })).rejects.toThrow(/`augmentation` differs/);
  }
});
