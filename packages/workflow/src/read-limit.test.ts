import { expect, test } from 'vitest';
import { createSamples, memoryFileSource, readAnomalyDataset } from '@oddpixel/dataset';
import { LimitExceededError, type ImageCodec } from '@oddpixel/contract';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { prepareImage } from './prepared-images.ts';
import { cloth } from '../test/cloth.ts';

test('limits.maxFileBytes bounds the bytes read of a file before the codec runs', async () => {
  const source = memoryFileSource(new Map([['train/good/a.png', new Uint8Array(1000)]]));
  const dataset = await readAnomalyDataset(source);
  const [sample] = dataset.samples;
  const codec: ImageCodec = {
    decode: async () => cloth(64, 32, 1),
    encode: async () => new Uint8Array(0),
  };
  const params = createPreprocessParams({ imageWidth: 64, imageHeight: 32 });
  const prepare = (maxFileBytes: number) =>
    prepareImage(dataset, sample as NonNullable<typeof sample>, params, {
      source,
      codec,
      limits: { maxFileBytes, maxPixels: 1e6 },
    });
  expect((await prepare(1000)).prepared.image.dims).toEqual([3, 32, 64]);
  await expect(prepare(999)).rejects.toThrow(LimitExceededError);
  await expect(prepare(999)).rejects.toThrow(
    /a\.png has 1000 bytes; the limit is 999\. Raise `limits\.maxFileBytes`/,
  );
  const samples = createSamples(dataset, { source, codec, limits: { maxFileBytes: 999, maxPixels: 1e6 } });
  await expect(samples[Symbol.asyncIterator]().next()).rejects.toThrow(LimitExceededError);
});
