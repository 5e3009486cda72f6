import { expect, test } from 'vitest';
import type { Result, Thresholds } from '@oddpixel/contract';
import { resultJsonSchema, resultToJson } from './result-json.ts';
import { applyThresholds } from './thresholds.ts';

/** A map of 4×2 pixels of an image of 40×20, cropped to 20×20 at its right. */
const raw: Result = {
  imageId: 7,
  anomalyImage: { width: 4, height: 2, data: Float32Array.of(0, 0, 0, 6, 9, 0, 0, 0) },
  anomalyScore: 8,
  geometry: {
    sourceWidth: 40,
    sourceHeight: 20,
    box: { x: 20, y: 0, width: 20, height: 20 },
    width: 4,
    height: 2,
  },
};
const thresholds: Thresholds = {
  classification: 5,
  segmentation: 4,
  classificationMethod: 'manual',
  segmentationMethod: 'manual',
};
const calibration = {
  source: 'validation',
  referenceScores: [1, 2, 3],
  pixelMean: 1,
  pixelDeviation: 1,
} as const;

test('JSON.stringify of a result writes verdict, regions in source pixels and thresholds, but no map', () => {
  const result = applyThresholds(raw, thresholds, calibration);
  expect(JSON.parse(JSON.stringify({ result }))).toEqual({
    result: {
      score: 8,
      verdict: 'nok',
      verdictId: 1,
      pValue: 0.25,
      regions: [
        {
          area: 50,
          box: { x: 20, y: 10, width: 5, height: 10 },
          centre: { x: 22.5, y: 15 },
          peak: { x: 22.5, y: 15, value: 9 },
        },
        {
          area: 50,
          box: { x: 35, y: 0, width: 5, height: 10 },
          centre: { x: 37.5, y: 5 },
          peak: { x: 37.5, y: 5, value: 6 },
        },
      ],
      thresholds: { classification: 5, segmentation: 4 },
    },
  });
  expect(resultJsonSchema.parse(resultToJson(result))).toEqual(resultToJson(result));
});

test('JSON.stringify of a result without thresholds writes null for what is not known', () => {
  const result = applyThresholds(raw, undefined);
  const expected = {
    score: 8,
    verdict: null,
    verdictId: null,
    pValue: null,
    regions: [],
    thresholds: null,
  };
  expect(JSON.parse(JSON.stringify(result))).toEqual(expected);
  expect(resultJsonSchema.parse(expected)).toEqual(expected);
});

test('thresholds applied again replace the earlier ones', () => {
  const again = { ...thresholds, classification: 8.5, segmentation: 7 };
  const result = applyThresholds(applyThresholds(raw, thresholds), again);
  expect(result.toJSON?.()).toMatchObject({
    verdict: 'ok',
    verdictId: 0,
    regions: [{ peak: { value: 9 } }],
    thresholds: { classification: 8.5, segmentation: 7 },
  });
});

test.each([
  ['a verdict that is neither ok nor nok', 'verdict', 'maybe'],
  ['a p-value above 1', 'pValue', 1.5],
  ['no list of regions', 'regions', undefined],
])('the schema refuses a result with %s', (_, field, value) => {
  expect(() => resultJsonSchema.parse({ ...resultToJson(raw), [field]: value })).toThrow(field);
});
