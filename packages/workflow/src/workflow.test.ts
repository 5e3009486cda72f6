import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  DatasetError,
  ParameterError,
  type Backend,
  type Dataset,
  type FileSource,
} from '@oddpixel/contract';
import { memory, student } from '@oddpixel/model-core/heads';
import { regionComponents, type AnomalyModel } from '@oddpixel/model-core';
import { memoryFileSource, readAnomalyDataset } from '@oddpixel/dataset';
import { readBackbone } from '@oddpixel/backbones/node';
import { small } from '@oddpixel/backbones/small';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { cpu, diskStore, sharpCodec } from '@oddpixel/runtime-node';
import { evaluateModel } from './evaluate-model.ts';
import type { Inspection } from './inspection.ts';
import { createInspector } from './inspector.ts';
import { preprocessDataset } from './preprocess-dataset.ts';
import { trainFromDataset } from './train-from-dataset.ts';
import { cloth, type Spot } from '../test/cloth.ts';

const codec = sharpCodec();
const preprocessing = createPreprocessParams({ imageWidth: 160, imageHeight: 128 });
const spots: Spot[] = [{ x: 110, y: 40, radius: 12 }];
let backend: Backend;
let source: FileSource;
let dataset: Dataset;
let model: AnomalyModel;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oddpixel-workflow-'));
  backend = await cpu().open();
  const png = (seed: number, odd: readonly Spot[] = []): Promise<Uint8Array> =>
    codec.encode(cloth(160, 128, seed, odd), 'png');
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 6; i++) files[`train/good/${i}.png`] = await png(i);
  for (let i = 0; i < 3; i++) files[`test/good/${i}.png`] = await png(10 + i);
  for (let i = 0; i < 3; i++) files[`test/spot/${i}.png`] = await png(20 + i, spots);
  source = memoryFileSource(new Map(Object.entries(files)));
  dataset = await readAnomalyDataset(source);
  model = (await train(dataset)).model;
});

afterAll(async () => {
  await backend.dispose();
  await rm(folder, { recursive: true });
});

async function train(data: Dataset): ReturnType<typeof trainFromDataset> {
  return trainFromDataset(data, {
    backend,
    source,
    codec,
    preprocessing,
    backbone: { id: small.id, bytes: await readBackbone(small) },
    head: memory({ numRows: 300 }),
  });
}

describe('trainFromDataset', () => {
  test('trains on the good images of the training split and recognizes them later', async () => {
    expect(model.manifest.training).toMatchObject({ imageCount: 6 });
    expect(model.manifest.training?.imageHashes).toHaveLength(6);
    const { evaluation, excluded } = await evaluateModel(model, dataset, {
      backend,
      source,
      codec,
      select: () => true,
      params: { bootstrapSamples: 0 },
    });
    expect(excluded).toHaveLength(6);
    expect(evaluation.counts).toEqual({ images: 6, ok: 3, nok: 3 });
    expect(evaluation.image?.auroc).toBe(1);
  });

  test('refuses a data set without good training images, or with defective ones among them', async () => {
    const split = (name: 'train' | 'test'): Dataset => ({
      ...dataset,
      samples: dataset.samples.map((sample) => ({ ...sample, split: name })),
    });
    await expect(train(split('test'))).rejects.toThrow(DatasetError);
    await expect(train(split('train'))).rejects.toThrow(/labelled nok/);
  });
});

describe('createInspector', () => {
  test('gives results in the order of the input, from bytes and from rasters, in any batch', async () => {
    const images = [cloth(160, 128, 31), cloth(160, 128, 32, spots), cloth(160, 128, 33)];
    const inputs = await Promise.all(
      images.map(async (raster, i) => ({
        name: String(i),
        image: i === 2 ? raster : await codec.encode(raster, 'png'),
      })),
    );
    const scores: number[][] = [];
    for (const batchSize of [1, 2, 5]) {
      const inspector = await createInspector(model, { backend, codec, batchSize });
      const seen: Inspection[] = [];
      for await (const inspection of inspector.inspectAll(inputs)) seen.push(inspection);
      expect(seen.map(({ name, result }) => [name, result.anomalyClass])).toEqual([
        ['0', 'ok'],
        ['1', 'nok'],
        ['2', 'ok'],
      ]);
      scores.push(seen.map(({ result }) => result.anomalyScore));
      await inspector.dispose();
    }
    scores.forEach((list) =>
      list.forEach((score, i) => expect(score).toBeCloseTo(scores[0]?.[i] ?? Number.NaN, 3)),
    );
  });

  test(
    'finds small defects on 4,000×3,000 pixels in tiles, in their place, without seams',
    { timeout: 60_000 },
    async () => {
      const tile = { tileWidth: 480, tileHeight: 384, overlap: 96 };
      // In a tile's middle, across seams in both directions, and in the last corner.
      const found: Spot[] = [
        { x: 200, y: 170, radius: 22 },
        { x: 384 * 4 + 40, y: 288 * 3 + 44, radius: 22 },
        { x: 3960, y: 2970, radius: 22 },
      ];
      // Trained at the tiles' scale, since they are shown to the model at a third of their size.
      const big = { ...dataset, samples: dataset.samples.filter(({ split }) => split === 'train') };
      const files: Record<string, Uint8Array> = {};
      for (const [i, { imageFileName }] of big.samples.entries()) {
        files[imageFileName] = await codec.encode(cloth(480, 384, i), 'png');
      }
      const { model: tiled } = await trainFromDataset(big, {
        backend,
        source: memoryFileSource(new Map(Object.entries(files))),
        codec,
        preprocessing,
        backbone: { id: small.id, bytes: await readBackbone(small) },
        head: memory({ numRows: 500 }),
        params: { falseAlarmRate: 0.01 },
      });
      const inspector = await createInspector(tiled, { backend, tile });
      const clean = cloth(4000, 3000, 3);
      const odd = { ...clean, data: clean.data.slice() };
      for (const { x, y, radius } of found) {
        for (let dy = -radius; dy <= radius; dy++) {
          for (let dx = -radius; dx <= radius; dx++) {
            if (dx * dx + dy * dy <= radius * radius)
              odd.data.set([230, 40, 60], 3 * ((y + dy) * 4000 + x + dx));
          }
        }
      }
      const { result } = await inspector.inspect({ name: 'large', image: odd });
      const peaks = regionComponents(result)
        .slice(0, found.length)
        .map(({ peak }) => peak);
      for (const { x, y } of found) {
        expect(peaks.some((peak) => Math.hypot(peak.x - x, peak.y - y) < 30)).toBe(true);
      }
      // Seams: on clean cloth, neighbours across the lines where tiles meet differ no more than neighbours elsewhere.
      const { result: flat } = await inspector.inspect({ name: 'clean', image: clean });
      const { width, height, data } = flat.anomalyImage;
      const stepAt = (x: number): number => {
        let sum = 0;
        for (let y = 0; y < height; y++)
          sum += Math.abs((data[y * width + x] as number) - (data[y * width + x - 1] as number));
        return sum / height;
      };
      const scale = width / 4000;
      const seams = [1, 2, 3, 4, 5, 6, 7].map((i) => stepAt(Math.round((384 * i + 48) * scale)));
      const elsewhere = Array.from({ length: 60 }, (_, i) => stepAt(20 + i * 20)).sort((a, b) => a - b);
      expect(Math.max(...seams)).toBeLessThan(1.5 * (elsewhere.at(-1) ?? 0));
      await inspector.dispose();
    },
  );

  test('refuses a batch size of 0, and encoded images without a codec', async () => {
    await expect(createInspector(model, { backend, batchSize: 0 })).rejects.toThrow(ParameterError);
    const inspector = await createInspector(model, { backend });
    await expect(inspector.inspect({ name: 'x', image: new Uint8Array(3) })).rejects.toThrow(/codec/);
    await inspector.dispose();
  });
});

test('a student is calibrated on held-out images, by whole groups', async () => {
  const grouped = {
    ...dataset,
    samples: dataset.samples.map((sample) => ({ ...sample, group: `part ${sample.imageId >> 1}` })),
  };
  const options = { backend, source, codec, preprocessing, head: student({ maxNumEpochs: 1 }) };
  const { model: taught, ...counts } = await trainFromDataset(grouped, {
    ...options,
    backbone: { id: small.id, bytes: await readBackbone(small) },
  });
  const training = grouped.samples.filter(({ split }) => split === 'train');
  expect(counts.trainImages + counts.validationImages).toBe(training.length);
  expect(counts.validationImages).toBeGreaterThan(0);
  expect(counts.validationImages % 2).toBe(0);
  expect(taught.manifest.calibration?.referenceScores).toHaveLength(counts.validationImages);
});

describe('images that cannot be inspected', () => {
  const good = cloth(200, 150, 70);
  const bad = { name: 'bad', image: async () => Promise.reject(new Error('the camera is gone')) };
  const odd = { name: 'odd', image: { width: 4, height: 4, channels: 5, data: new Uint8Array(80) } };
  const inputs = [{ name: 'first', image: good }, bad, odd, { name: 'last', image: async () => good }];

  test.each([undefined, { tileWidth: 100, tileHeight: 100, overlap: 20 }])(
    'are reported, and the stream continues: tiles %o',
    async (tile) => {
      const failures: [string, string][] = [];
      const inspector = await createInspector(model, {
        backend,
        tile,
        onError: (name, error) => failures.push([name, String(error)]),
      });
      const seen: string[] = [];
      for await (const { name } of inspector.inspectAll(tile === undefined ? inputs : inputs.toSpliced(2, 1)))
        seen.push(name);
      expect(seen).toEqual(['first', 'last']);
      expect(failures[0]).toEqual(['bad', 'Error: the camera is gone']);
      if (tile === undefined)
        expect(failures[1]).toEqual(['odd', expect.stringMatching(/odd: .*5 channels/)]);
      await inspector.dispose();
    },
  );

  test('end the stream if no listener handles them', async () => {
    const inspector = await createInspector(model, { backend });
    const run = async (): Promise<void> => {
      for await (const _ of inspector.inspectAll(inputs));
    };
    await expect(run()).rejects.toThrow('the camera is gone');
    await inspector.dispose();
  });
});

describe('preprocessDataset', () => {
  test('does nothing twice, creates damaged entries again, and is safe with two calls at once', async () => {
    const cache = join(folder, 'cache');
    const store = diskStore(cache);
    let decoded = 0;
    const counting = {
      ...codec,
      decode: (...args: Parameters<typeof codec.decode>) => {
        decoded++;
        return codec.decode(...args);
      },
    };
    const run = () => preprocessDataset(dataset, preprocessing, { source, codec: counting, store });
    await Promise.all([run(), run()]);
    const entries = (await readdir(cache)).sort();
    expect(entries).toHaveLength(12);
    decoded = 0;
    const { read, hashes } = await run();
    expect(decoded).toBe(0);
    expect(hashes.size).toBe(12);

    const damaged = join(cache, entries[0] as string);
    await writeFile(damaged, (await readFile(damaged)).subarray(0, 100));
    let images = 0;
    for await (const sample of read()) images += sample.image.dims[0] === 3 ? 1 : 0;
    expect([images, decoded]).toEqual([12, 1]);
    expect((await readFile(damaged)).length).toBeGreaterThan(1000);

    // Other parameters are other entries.
    await preprocessDataset(dataset, createPreprocessParams({ imageWidth: 32, imageHeight: 64 }), {
      source,
      codec,
      store,
    });
    expect(await readdir(cache)).toHaveLength(24);
    await expect(preprocessDataset(dataset, preprocessing, { source, codec })).rejects.toThrow(/store/);
  });
});
