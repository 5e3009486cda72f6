import type { Raster, Result } from '@oddpixel/contract';
import { describe, expect, test } from 'vitest';
import { drawGalleryItem, drawingRange } from './draw-gallery-item.ts';

/** A gray image of 600×300 whose map, 4×2, has one odd pixel: the second of the first row. */
const raster: Raster = { width: 600, height: 300, channels: 1, data: new Uint8Array(600 * 300).fill(100) };
const data = Float32Array.of(1, 9, 1, 1, 1, 1, 1, 1);
const result: Result = {
  anomalyImage: { width: 4, height: 2, data },
  anomalyScore: 9,
  anomalyClass: 'nok',
  pValue: 0.25,
  geometry: {
    sourceWidth: 600,
    sourceHeight: 300,
    box: { x: 0, y: 0, width: 600, height: 300 },
    width: 4,
    height: 2,
  },
};
const thresholds = {
  classification: 5,
  segmentation: 3,
  classificationMethod: 'manual',
  segmentationMethod: 'manual',
} as const;
const calibration = {
  source: 'validation',
  referenceScores: [1],
  pixelMean: 1,
  pixelDeviation: 0.5,
} as const;

describe('drawGalleryItem', () => {
  test('draws all pictures in one size, with the anomalous pixel in its place', async () => {
    const pictures: [string, Raster][] = [];
    const item = await drawGalleryItem(
      {
        imageId: 3,
        fileName: 'a.png',
        label: 'nok',
        defect: 'cut',
        result,
        raster,
        mask: Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0),
      },
      { thresholds, calibration },
      async (picture, kind) => {
        pictures.push([kind, picture]);
        return `data:${pictures.length}`;
      },
    );
    expect(item).toEqual({
      imageId: 3,
      fileName: 'a.png',
      label: 'nok',
      defect: 'cut',
      score: 9,
      verdict: 'nok',
      pValue: 0.25,
      width: 288,
      height: 144,
      image: 'data:1',
      map: 'data:2',
      overlay: 'data:3',
      groundTruth: 'data:4',
    });
    expect(pictures.map(([kind, { width, height }]) => [kind, width, height])).toEqual([
      ['photo', 288, 144],
      ['photo', 288, 144],
      ['photo', 288, 144],
      ['exact', 288, 144],
    ]);
    const [image, map] = pictures.map(([, picture]) => picture);
    const at = (picture: Raster | undefined, x: number, y: number): number =>
      picture?.data[3 * (y * 288 + x)] ?? NaN;
    expect(at(image, 108, 36)).toBe(100);
    expect(at(map, 108, 36)).toBeGreaterThan(200);
    expect(at(map, 252, 108)).toBe(0);
  });

  test('draws no ground truth for a good image', async () => {
    const item = await drawGalleryItem(
      { imageId: 0, fileName: 'b.png', label: 'ok', result, raster, mask: new Uint8Array(8) },
      {},
      async () => 'data:',
    );
    expect(item.groundTruth).toBeUndefined();
  });
});

describe('drawingRange', () => {
  test('puts the segmentation threshold in the middle', () => {
    expect(drawingRange({ thresholds, calibration }, data)).toEqual({ min: 1, max: 5 });
  });

  test('spans the values of the map if there is no threshold', () => {
    expect(drawingRange({}, data)).toEqual({ min: 1, max: 9 });
  });
});
