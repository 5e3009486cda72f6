import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gaussian, memory, student } from '@oddpixel/model-core/heads';
import { ParameterError, type Backend, type Dataset, type FileSource } from '@oddpixel/contract';
import { readModel, writeModel } from '@oddpixel/model-core';
import type { TrainingSample } from '@oddpixel/model-core/train';
import { findSamples, memoryFileSource, readAnomalyDataset } from '@oddpixel/dataset';
import { readBackbone } from '@oddpixel/backbones/node';
import { small } from '@oddpixel/backbones/small';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { cpu, diskStore, sharpCodec } from '@oddpixel/runtime-node';
import { augmentedSamples, type Augmentation } from './augmentation.ts';
import { cloth } from '../test/cloth.ts';
import {
  trainFromDataset,
  trainingSamples,
  type TrainedFromDataset,
  type TrainFromDatasetOptions,
} from './train-from-dataset.ts';

const codec = sharpCodec();
const preprocessing = createPreprocessParams({ imageWidth: 96, imageHeight: 64 });
const augmentation = { copies: 2, flipHorizontal: true, rotation: 5, brightness: 0.1 } as const;
let backbone: TrainFromDatasetOptions['backbone'];
let backend: Backend;
let source: FileSource;
let dataset: Dataset;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oddpixel-augmentation-'));
  backbone = { id: small.id, bytes: await readBackbone(small) };
  backend = await cpu().open();
  const files = new Map<string, Uint8Array>();
  for (let i = 0; i < 5; i++) files.set(`train/good/${i}.png`, await codec.encode(cloth(96, 64, i), 'png'));
  source = memoryFileSource(files);
  dataset = await readAnomalyDataset(source);
});

afterAll(async () => {
  await backend.dispose();
  await rm(folder, { recursive: true });
});

/** Counts the images that go through graphs which take images. */
function counting(): Backend & { readonly images: () => number } {
  let images = 0;
  return {
    name: backend.name,
    capabilities: backend.capabilities,
    images: () => images,
    async createSession(model, options) {
      const session = await backend.createSession(model, options);
      return {
        inputs: session.inputs,
        outputs: session.outputs,
        run(feeds, run) {
          images += feeds['image']?.dims[0] ?? 0;
          return session.run(feeds, run);
        },
        dispose: () => session.dispose(),
      };
    },
    dispose: async () => {},
  };
}

function trained(options: Partial<TrainFromDatasetOptions> = {}): Promise<TrainedFromDataset> {
  const all = {
    backend,
    source,
    codec,
    preprocessing,
    backbone,
    head: memory({ numRows: 200 }),
    ...options,
  };
  return trainFromDataset(dataset, all);
}

async function train(options: Partial<TrainFromDatasetOptions> = {}): Promise<Buffer> {
  return Buffer.from(writeModel((await trained(options)).model));
}

describe('augmentation', () => {
  test.each([memory({ numRows: 200 }), gaussian(), student({ maxNumEpochs: 2, complexity: 2 })])(
    '$type: is recorded in the model file, whose bytes are reproducible',
    async (head) => {
      const bytes = await train({ head, augmentation });
      expect((await train({ head, augmentation })).equals(bytes)).toBe(true);
      const { training, calibration } = readModel(bytes).manifest;
      expect(training?.augmentation).toEqual({
        copies: 2,
        flipHorizontal: true,
        flipVertical: false,
        rightAngleTurns: false,
        rotation: 5,
        shiftX: 0,
        shiftY: 0,
        scale: 0,
        brightness: 0.1,
        contrast: 0,
        noise: 0,
        imageRangeMin: 0,
        imageRangeMax: 255,
      });
      // A student is calibrated on an image that was kept aside, the others on the training images; never on copies.
      expect(training?.imageCount).toBe(5);
      expect(training?.imageHashes).toHaveLength(5);
      expect(calibration?.referenceScores).toHaveLength(head.needsValidation === true ? 1 : 5);
    },
  );

  test('gives an image the same copies in every pass, whatever else is in the set, and other copies for other seeds', async () => {
    const images = findSamples(dataset, { split: 'train' });
    const options = { backend, source, codec, preprocessing, backbone };
    const stream = (samples: typeof images, seed = 0): AsyncIterable<TrainingSample> =>
      augmentedSamples(trainingSamples(dataset, samples, options), augmentation, { seed, preprocessing });
    const pixels = async (samples: AsyncIterable<TrainingSample>): Promise<Map<string, number[]>> => {
      const found = new Map<string, number[]>();
      for await (const { imageHash, copy = 0, image } of samples)
        found.set(`${imageHash} ${copy}`, [...image.data.subarray(1000, 1100)]);
      return found;
    };
    const all = stream(images);
    const once = await pixels(all);
    expect(once.size).toBe(15);
    expect(new Set([...once.values()].map(String)).size).toBe(15);
    expect(await pixels(all)).toEqual(once);
    for (const [key, values] of await pixels(stream(images.slice(1, 4).reverse()))) {
      expect(values).toEqual(once.get(key));
    }
    for (const [key, values] of await pixels(stream(images, 1))) {
      const isImage = key.endsWith(' 0');
      expect(String(values) === String(once.get(key))).toBe(isImage);
    }
  });

  test.each<[Augmentation, RegExp]>([
    [{ copies: 0, flipVertical: true }, /1 to 100 for `augmentation\.copies`/],
    [{ copies: 1.5, flipVertical: true }, /augmentation\.copies/],
    [{ copies: 2 }, /at least one of flipHorizontal/],
    [{ rotation: 0, noise: 0 }, /at least one of/],
    [{ rotation: 270 }, /0 to 180 for `rotation`/],
    [{ blur: 1 } as Augmentation, /blur/],
    [{ rightAngleTurns: true }, /square/],
  ])('refuses %o', async (wrong, message) => {
    await expect(train({ augmentation: wrong })).rejects.toThrow(ParameterError);
    await expect(train({ augmentation: wrong })).rejects.toThrow(message);
  });

  test('needs the range for brightness if constantValues is used', async () => {
    const constants = {
      normalizationType: 'constantValues',
      mean: [9, 9, 9],
      deviation: [50, 50, 50],
    } as const;
    const deviations = createPreprocessParams({ ...preprocessing, ...constants });
    const given = { copies: 1, brightness: 0.1 };
    await expect(train({ preprocessing: deviations, augmentation: given })).rejects.toThrow(
      /gray value range/,
    );
    const range = { imageRangeMin: -1, imageRangeMax: 5 };
    const bytes = await train({ preprocessing: deviations, augmentation: { ...given, ...range } });
    expect(readModel(bytes).manifest.training?.augmentation).toMatchObject(range);
  });
});

describe('features on disk', () => {
  test('let the next training skip the backbone and give the same bytes', async () => {
    const cache = join(folder, 'features');
    const options = { augmentation, featureStore: diskStore(cache), store: diskStore(cache) };
    const bytes = await train({ augmentation });
    expect((await train(options)).equals(bytes)).toBe(true);
    // Five images, preprocessed; they and ten copies as features.
    const entries = (await readdir(cache)).sort();
    expect(entries.filter((name) => name.endsWith('.features'))).toHaveLength(15);
    expect(entries).toHaveLength(20);

    const full = counting();
    expect((await train({ ...options, backend: full })).equals(bytes)).toBe(true);
    await train({ ...options, backend: full, head: memory({ numRows: 50 }) });
    expect(full.images()).toBe(0);
    // Another seed draws other copies, of the same images.
    await train({ ...options, backend: full, params: { seed: 1 } });
    expect(full.images()).toBe(10);
  });

  test('are created again if damaged, with a remark', async () => {
    const cache = join(folder, 'damaged');
    const featureStore = diskStore(cache);
    const bytes = await train({ featureStore });
    const [first, second] = (await readdir(cache)).map((name) => join(cache, name)) as [string, string];
    await writeFile(first, (await readFile(first)).subarray(0, -8));
    const content = await readFile(second);
    await writeFile(
      second,
      content.map((byte, i) => (i === 2000 ? byte ^ 64 : byte)),
    );
    const again = counting();
    const { model, remarks } = await trained({ featureStore, backend: again });
    expect(Buffer.from(writeModel(model)).equals(bytes)).toBe(true);
    expect([again.images(), remarks.length]).toEqual([2, 2]);
    for (const { message } of remarks)
      expect(message).toMatch(/cache entry .* was damaged and is created again/);
    expect((await readFile(second)).equals(content)).toBe(true);
  });
});
