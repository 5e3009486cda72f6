import { describe, expect, test } from 'vitest';
import {
  hostTensor,
  ModelFormatError,
  ResultError,
  type ModelManifest,
  type PreprocessedSample,
} from '@oddpixel/contract';
import { add, concat, GraphBuilder, mul, reduceMax, reshape, type Value } from '@oddpixel/graph';
import { referenceBackend } from '@oddpixel/graph/reference';
import { collectReferences } from '../train/reference-scores.ts';
import { loadModel } from './load.ts';
import { createModel, type AnomalyModel } from './model.ts';

const [width, height] = [6, 4];

/** A foreign model of a 1-channel image; `score` makes the score of `x` `[N, 1, 4, 6]`. */
function model(score: (x: Value) => Value, map: (x: Value) => Value = (x) => mul(x, 1)): AnomalyModel {
  const g = new GraphBuilder({ name: 'outputs' });
  const x = g.input('image', 'float32', ['N', 1, height, width]);
  g.output('map', map(x));
  g.output('score', score(x));
  const manifest: ModelManifest = {
    version: 1,
    modelType: 'external',
    productVersion: '0.0.0',
    classNames: ['ok', 'nok'],
    classIds: [0, 1],
    preprocessing: {
      imageWidth: width,
      imageHeight: height,
      imageNumChannels: 1,
      imageRangeMin: 0,
      imageRangeMax: 255,
      normalizationType: 'none',
      domainHandling: 'fullDomain',
    },
    scoreMethod: 'max',
    standardDeviationFactor: 3,
    thresholds: {
      classification: 10,
      segmentation: 10,
      classificationMethod: 'manual',
      segmentationMethod: 'manual',
    },
    external: { input: 'image', map: 'map', score: 'score' },
  };
  return createModel(g.build(), manifest);
}

function sample(value: number, imageId: number): PreprocessedSample {
  return {
    imageId,
    image: hostTensor('float32', [1, height, width], new Float32Array(width * height).fill(value)),
    geometry: {
      sourceWidth: width,
      sourceHeight: height,
      box: { x: 0, y: 0, width, height },
      width,
      height,
    },
  };
}

const peak = (x: Value): Value => reduceMax(x, [1, 2, 3]);

async function apply(from: AnomalyModel, values: readonly number[]): Promise<(string | undefined)[]> {
  const loaded = await loadModel(from, await referenceBackend().open());
  const results = await loaded.apply(values.map(sample));
  return results.map(({ anomalyClass }) => anomalyClass);
}

describe('outputs of a model', () => {
  test.each([
    ['[N]', peak],
    ['[N, 1]', (x: Value) => reshape(peak(x), [-1, 1])],
  ])('scores of shape %s give one verdict per image', async (_, score) => {
    expect(await apply(model(score), [3, 20, 4])).toEqual(['ok', 'nok', 'ok']);
  });

  test('a score that overflows throws ResultError with the image and its gray values', async () => {
    const overflow = model((x) => mul(peak(x), 1e30));
    await expect(apply(overflow, [1, 1e20])).rejects.toThrow(ResultError);
    await expect(apply(overflow, [1, 1e20])).rejects.toThrow(/image 1.*score is Infinity.*100000002004087/);
  });

  test.each([Number.NaN, Infinity, -Infinity])('a map with %s throws ResultError', async (value) => {
    const constant = model(
      (x) => mul(peak(x), 0.5),
      (x) => add(x, value),
    );
    await expect(apply(constant, [1])).rejects.toThrow(ResultError);
  });

  test.each([
    ['one score for three images', (x: Value) => reduceMax(x, [0, 1, 2, 3])],
    ['twice as many scores as images', (x: Value) => concat([peak(x), peak(x)], 0)],
    ['a score per column', (x: Value) => reduceMax(x, [1, 2])],
  ])('%s throws ModelFormatError with both shapes', async (_, score) => {
    await expect(apply(model(score), [1, 2, 3])).rejects.toThrow(ModelFormatError);
    await expect(apply(model(score), [1, 2, 3])).rejects.toThrow(/expected float32 \[3\].*received float32/);
  });

  test('a map with width and height exchanged throws ModelFormatError', async () => {
    const turned = model(peak, (x) => reshape(x, [-1, 1, width, height]));
    await expect(apply(turned, [1])).rejects.toThrow(/float32 \[N,1,4,6\].*\[\?,1,6,4\]/);
  });
});

test.each([Number.NaN, Infinity])('calibration on a reference score of %s throws ResultError', (score) => {
  expect(() => collectReferences().add(score, Float32Array.of(1))).toThrow(ResultError);
});

test('calibration on a reference map with NaN throws ResultError', () => {
  const references = collectReferences();
  expect(() => references.add(1, Float32Array.of(1, Number.NaN))).toThrow(ResultError);
});
