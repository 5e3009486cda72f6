import type { Raster } from '@oddpixel/contract';
import { expect, test } from 'vitest';
import { createPreprocessParams } from './params.ts';
import { preprocessRaster } from './preprocess-raster.ts';
import { preprocessSamples, samplesFromImages } from './samples.ts';

const params = createPreprocessParams({ imageWidth: 64, imageHeight: 32 });
const image = (value: number, alpha = 255): Raster => ({
  width: 3,
  height: 2,
  channels: 2,
  data: Uint8Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? value : alpha)),
});

test('samplesFromImages gives images in memory ids in their order', () => {
  const samples = samplesFromImages([image(1), image(2)], { firstId: 5 });
  expect(samples.map(({ imageId }) => imageId)).toEqual([5, 6]);
  const prepared = preprocessSamples(samples, params);
  expect(prepared).toEqual([1, 2].map((v, i) => preprocessRaster(image(v), params, { imageId: 5 + i })));
});

test('a warning names its sample', () => {
  const warned: (number | undefined)[] = [];
  preprocessSamples(samplesFromImages([image(1), image(2, 9)]), params, {
    onWarning: (_, sample) => warned.push(sample.imageId),
  });
  expect(warned).toEqual([1]);
});
