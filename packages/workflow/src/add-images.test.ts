import { afterAll, beforeAll, expect, test } from 'vitest';
import { ImageFormatError, ModelStateError, type Backend, type ImageCodec } from '@oddpixel/contract';
import { memoryFileSource, readAnomalyDataset } from '@oddpixel/dataset';
import { readBackbone } from '@oddpixel/backbones/node';
import { small } from '@oddpixel/backbones/small';
import { gaussian, memory } from '@oddpixel/model-core/heads';
import type { AnomalyModel } from '@oddpixel/model-core';
import type { Head } from '@oddpixel/model-core/train';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { cpu, sharpCodec } from '@oddpixel/runtime-node';
import { addImages, type ImageToAdd } from './add-images.ts';
import { withManualThresholds } from './manual-thresholds.ts';
import { cloth } from '../test/cloth.ts';
import { trainFromDataset } from './train-from-dataset.ts';

const codec: ImageCodec = sharpCodec();
let backend: Backend;
let model: AnomalyModel;

async function train(head: Head): Promise<AnomalyModel> {
  const files = new Map<string, Uint8Array>();
  for (let i = 0; i < 4; i++) {
    files.set(`train/good/${i}.png`, await codec.encode(cloth(96, 64, i), 'png'));
  }
  const source = memoryFileSource(files);
  const trained = await trainFromDataset(await readAnomalyDataset(source), {
    backend,
    source,
    codec,
    preprocessing: createPreprocessParams({ imageWidth: 96, imageHeight: 64 }),
    backbone: { id: small.id, bytes: await readBackbone(small) },
    head,
  });
  return trained.model;
}

const image = (name: string, bytes: Promise<Uint8Array>): ImageToAdd => ({ name, read: () => bytes });
const clothImage = (seed: number): ImageToAdd =>
  image(`part ${seed}.png`, codec.encode(cloth(96, 64, seed), 'png'));

beforeAll(async () => {
  backend = await cpu().open();
  model = await train(memory({ numRows: 100 }));
});
afterAll(() => backend.dispose());

test('new images add rows, their hashes are recorded, and progress counts them', async () => {
  const seen: number[] = [];
  const { model: grown, rowsAdded } = await addImages(model, [clothImage(20), clothImage(21)], {
    backend,
    codec,
    batchSize: 1,
    onProgress: ({ done, total }) => seen.push(done, total),
  });
  expect(rowsAdded).toBeGreaterThan(0);
  expect(seen).toEqual([1, 2, 2, 2]);
  expect(grown.manifest.training?.imageCount).toBe(6);
  expect(grown.manifest.training?.imageHashes).toHaveLength(6);
  expect(grown.manifest.thresholds).toEqual(model.manifest.thresholds);
});

test('an image that cannot be decoded is named, and the model stays as it is', async () => {
  const broken = image('broken.png', Promise.resolve(Uint8Array.of(1, 2, 3)));
  const adding = addImages(model, [clothImage(20), broken], { backend, codec });
  await expect(adding).rejects.toThrow(ImageFormatError);
  await expect(adding).rejects.toThrow('broken.png');
});

test('a model of another head is refused before any image is read', async () => {
  const read = (): Promise<Uint8Array> => Promise.reject(new Error('was read'));
  const adding = addImages(await train(gaussian()), [{ name: 'a.png', read }], { backend, codec });
  await expect(adding).rejects.toThrow(ModelStateError);
});

test('an aborted signal ends the work with its reason', async () => {
  const signal = AbortSignal.abort(new Error('stopped'));
  await expect(addImages(model, [clothImage(20)], { backend, codec, signal })).rejects.toThrow('stopped');
});

test('a threshold that is set by hand makes no statement, and one that is not changed keeps its own', () => {
  const own = model.manifest.thresholds;
  if (own === undefined) throw new Error('the model has no thresholds');
  expect(withManualThresholds(model, { classification: own.classification })).toBe(model);
  const moved = withManualThresholds(model, { classification: own.classification + 1 }).manifest.thresholds;
  expect(moved).toEqual({
    classification: own.classification + 1,
    segmentation: own.segmentation,
    classificationMethod: 'manual',
    segmentationMethod: own.segmentationMethod,
  });
  const drawn = withManualThresholds(model, { ...own, segmentation: own.segmentation + 1 });
  expect(drawn.manifest.thresholds).toMatchObject({
    classificationMethod: own.classificationMethod,
    segmentationMethod: 'manual',
    statement: own.statement,
  });
});
