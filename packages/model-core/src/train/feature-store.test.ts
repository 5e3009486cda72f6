import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { TensorMismatchError, type Backend, type Store } from '@oddpixel/contract';
import type { AnomalyModel } from '../model/model.ts';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import { stripes, stripesPreprocessing } from '../../test/stripes.ts';
import { paramsOf, type HeadName, type MixedParams } from '../../test/heads.ts';
import { tinyBackbone } from '../../test/tiny-backbone.ts';
import { openFeatureStore, type FeatureStoreOptions } from './feature-store.ts';
import { createInitialModel } from './initial-model.ts';
import { trainModel, type TrainModelOptions } from './train-model.ts';
import { samplesInMemory, withCopies, type TrainingSample } from './training-sample.ts';

const good = (count: number, from = 0): TrainingSample[] =>
  Array.from({ length: count }, (_, i) => stripes(from + i));
let initial: AnomalyModel;

beforeAll(async () => {
  initial = await createInitialModel(tinyBackbone(), { preprocessing: stripesPreprocessing, id: 'tiny' });
});

function mapStore(): Store & { readonly entries: Map<string, Uint8Array> } {
  const entries = new Map<string, Uint8Array>();
  return {
    entries,
    get: async (key) => entries.get(key),
    put: async (key, bytes) => void entries.set(key, bytes),
    delete: async (key) => void entries.delete(key),
  };
}

/** Counts the images that go through graphs which take images. */
function countingBackend(): Backend & { readonly images: () => number } {
  const backend = ortBackend();
  let images = 0;
  return {
    ...backend,
    images: () => images,
    async createSession(model, options) {
      const session = await backend.createSession(model, options);
      return {
        ...session,
        run(feeds, run) {
          images += feeds['image']?.dims[0] ?? 0;
          return session.run(feeds, run);
        },
      };
    },
  };
}

type Params = MixedParams;

async function train(
  samples: readonly TrainingSample[],
  head: HeadName,
  params: Params = {},
  options: Partial<TrainModelOptions> = {},
): Promise<{ bytes: Buffer; images: number }> {
  const backend = countingBackend();
  const all = paramsOf(head, {
    numRows: 300,
    maxNumEpochs: 2,
    complexity: 2,
    batchSize: 4,
    ...params,
  });
  const stream = withCopies(samplesInMemory(samples), {
    copies: 1,
    record: {},
    vary: (sample) => ({
      ...sample,
      image: { ...sample.image, data: sample.image.data.map((v) => 255 - v) },
    }),
  });
  const { model } = await trainModel(initial, stream, all, { backend, ...options });
  return { bytes: Buffer.from(model.bytes), images: backend.images() };
}

describe.each<[HeadName, Params]>([
  ['memory', {}],
  ['memory', { featureDims: 7 }],
  ['gaussian', {}],
  ['gaussian', { covariance: 'perPosition', featureDims: 5 }],
  ['student', {}],
])('head %s %o', (head, params) => {
  test('gives the same bytes without a store, while filling one and from a full one, which runs no image', async () => {
    const featureStore = mapStore();
    const plain = await train(good(5), head, params);
    const filling = await train(good(5), head, params, { featureStore });
    const before = new Map([...featureStore.entries].map(([key, bytes]) => [key, bytes.slice()]));
    const full = await train(good(5), head, params, { featureStore });
    expect(filling.bytes.equals(plain.bytes)).toBe(true);
    expect(full.bytes.equals(plain.bytes)).toBe(true);
    expect(plain.images).toBeGreaterThanOrEqual(10);
    expect(filling.images).toBeLessThanOrEqual(plain.images);
    expect(full.images).toBe(0);
    expect(featureStore.entries).toEqual(before);
  });
});

test('other seeds, parameters and heads use the stored features; more images cost only themselves', async () => {
  const featureStore = mapStore();
  const first = await train(good(4), 'memory', {}, { featureStore });
  expect(first.images).toBe(8);
  expect((await train(good(4), 'memory', { seed: 7, numRows: 50 }, { featureStore })).images).toBe(0);
  expect((await train(good(4), 'student', { complexity: 1, batchSize: 3 }, { featureStore })).images).toBe(0);
  const more = await train(good(7), 'memory', {}, { featureStore });
  expect(more.images).toBe(6);
  expect(more.bytes.equals((await train(good(7), 'memory')).bytes)).toBe(true);
  const resume: Uint8Array[] = [];
  const onCheckpoint = (bytes: Uint8Array): void => void resume.push(bytes);
  const whole = await train(good(4), 'student', {}, { featureStore, onCheckpoint });
  const resumed = await train(good(4), 'student', {}, { featureStore, resume: resume[0] as Uint8Array });
  expect([resumed.images, resumed.bytes.equals(whole.bytes)]).toEqual([0, true]);
});

test('damaged entries are computed and stored again, with a warning', async () => {
  const featureStore = mapStore();
  const { bytes } = await train(good(4), 'gaussian', {}, { featureStore });
  const entries = new Map(featureStore.entries);
  const [a, b, c] = [...entries.keys()] as [string, string, string];
  featureStore.entries.set(a, (entries.get(a) as Uint8Array).slice(0, 1000));
  featureStore.entries.set(
    b,
    (entries.get(b) as Uint8Array).map((byte, i) => (i === 5000 ? byte ^ 1 : byte)),
  );
  featureStore.entries.set(c, new Uint8Array(0));
  const warnings: string[] = [];
  const again = await train(
    good(4),
    'gaussian',
    {},
    { featureStore, onWarning: (text) => warnings.push(text) },
  );
  expect(again.bytes.equals(bytes)).toBe(true);
  expect(again.images).toBe(3);
  expect(warnings.sort()).toEqual(
    [a, b, c].map((key) => `cache entry ${key} was damaged and is created again`).sort(),
  );
  expect(featureStore.entries).toEqual(entries);
});

test('the bytes are the same whichever entry is missing and however images are batched', async () => {
  const featureStore = mapStore();
  const { bytes } = await train(good(3), 'memory', {}, { featureStore });
  for (const key of featureStore.entries.keys()) {
    const without = {
      ...mapStore(),
      get: async (k: string) => (k === key ? undefined : featureStore.get(k)),
    };
    const again = await train(good(3), 'memory', {}, { featureStore: without });
    expect([again.images, again.bytes.equals(bytes)]).toEqual([1, true]);
  }
  for (const batchSize of [1, 5, 6]) {
    expect((await train(good(3), 'memory', { batchSize })).bytes.equals(bytes)).toBe(true);
  }
});

test('an image of the wrong size is refused, whatever is stored', async () => {
  const featureStore = mapStore();
  await train(good(2), 'memory', {}, { featureStore });
  const turned = good(2).map((sample) => ({ ...sample, image: { ...sample.image, dims: [3, 96, 64] } }));
  await expect(train(turned, 'memory', {}, { featureStore })).rejects.toThrow(TensorMismatchError);
});

describe('an entry', () => {
  const graph = Uint8Array.of(1, 2, 3);
  const features = Float32Array.of(1.5, -0, 3e-45, 2 ** -130, 5, 6);
  const image = Float32Array.of(0.25, 1, -0);
  const open = (
    options: Partial<FeatureStoreOptions> = {},
    bytes = graph,
  ): ReturnType<typeof openFeatureStore> =>
    openFeatureStore(bytes, { store: mapStore(), backend: ortBackend(), ...options });

  test('is restored bit for bit, from any offset in memory', async () => {
    const store = mapStore();
    const opened = await open({ store });
    const key = await opened.keyOf(image);
    expect(await opened.get(key)).toBeUndefined();
    await opened.put(key, features);
    const stored = store.entries.get(key) as Uint8Array;
    for (let offset = 0; offset < 5; offset++) {
      const moved = new Uint8Array(stored.length + offset);
      moved.set(stored, offset);
      store.entries.set(key, moved.subarray(offset));
      const read = await opened.get(key);
      expect(new Int32Array(Float32Array.from(read ?? []).buffer)).toEqual(new Int32Array(features.buffer));
    }
  });

  test('with a changed bit or a missing end is not used', async () => {
    const store = mapStore();
    const warnings: string[] = [];
    const opened = await open({ store, onWarning: (text) => warnings.push(text) });
    const key = await opened.keyOf(image);
    await opened.put(key, features);
    const whole = store.entries.get(key) as Uint8Array;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 8 * whole.length - 1 }),
        fc.integer({ min: 0, max: whole.length }),
        async (bit, length) => {
          warnings.length = 0;
          const changed = whole.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
          store.entries.set(key, length < whole.length ? whole.slice(0, length) : changed);
          expect(await opened.get(key)).toBeUndefined();
          store.entries.set(key, changed);
          expect(await opened.get(key)).toBeUndefined();
          expect(warnings).toHaveLength(2);
        },
      ),
    );
  });

  test('belongs to one image, graph and backend', async () => {
    const other = { ...ortBackend(), name: 'another' };
    const keys = await Promise.all([
      (await open()).keyOf(image),
      (await open()).keyOf(Float32Array.of(0.25, 1, 0)),
      (await open({}, Uint8Array.of(1, 2, 4))).keyOf(image),
      (await open({ backend: other })).keyOf(image),
    ]);
    expect(new Set(keys).size).toBe(keys.length);
    expect(await (await open()).keyOf(image.slice())).toBe(keys[0]);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}-[0-9a-f]{32}\.features$/);
  });
});
