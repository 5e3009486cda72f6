import { beforeAll, expect, test } from 'vitest';
import { ModelFormatError, OddpixelError } from '@oddpixel/contract';
import { referenceBackend } from '@oddpixel/graph/reference';
import { GraphBuilder, mul, readMetadata, reduceMax, writeGraph, writeMetadata } from '@oddpixel/graph';
import { exportStandalone, importExternalModel } from '../interop/index.ts';
import { calibrateModel } from '../train/index.ts';
import { loadModel } from './load.ts';
import { checkIntegrity, readModel, verifyModel, withManifest, type AnomalyModel } from './model.ts';
import { manifestKey } from './manifest-schema.ts';
import { sealKey, sealMarkKey } from '@oddpixel/graph/unstable';

let model: AnomalyModel;
beforeAll(() => {
  const g = new GraphBuilder({ name: 'tiny' });
  const x = g.input('image', 'float32', ['N', 1, 4, 6]);
  g.output('anomaly_map', mul(x, 0.5));
  g.output('pred_score', reduceMax(x, [1, 2, 3]));
  model = importExternalModel(writeGraph(g.build()), {
    preprocessing: {
      imageWidth: 6,
      imageHeight: 4,
      imageNumChannels: 1,
      imageRangeMin: 0,
      imageRangeMax: 255,
      normalizationType: 'none',
      domainHandling: 'fullDomain',
    },
  });
});

test('a model with any one bit changed is refused before it runs', async () => {
  const backend = await referenceBackend().open();
  await (await loadModel(readModel(model.bytes), backend)).dispose();
  for (let bit = 0; bit < model.bytes.length * 8; bit++) {
    const damaged = model.bytes.slice();
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
    const opening = (async () => loadModel(readModel(damaged), backend))();
    await expect(opening, `bit ${bit}`).rejects.toThrow(OddpixelError);
  }
});

test('a model read into a Buffer is verified, and its bytes stay as they are', async () => {
  const buffer = Buffer.from(model.bytes);
  expect(await verifyModel(readModel(buffer))).toBe('verified');
  expect(() => checkIntegrity(readModel(buffer))).not.toThrow();
  expect(buffer.equals(model.bytes)).toBe(true);
  const changed = withManifest(readModel(buffer), { productVersion: '9.9.9' });
  expect(await verifyModel(changed)).toBe('verified');
  expect(buffer.equals(model.bytes)).toBe(true);
});

test('a changed manifest gets a new hash', async () => {
  const changed = withManifest(model, { productVersion: '9.9.9' });
  expect(await verifyModel(readModel(changed.bytes))).toBe('verified');
});

test('a model of an older version, without a hash, opens unverified', async () => {
  const metadata = new Map(readMetadata(model.bytes));
  metadata.delete(sealKey);
  metadata.delete(sealMarkKey);
  expect(await verifyModel(readModel(writeMetadata(model.bytes, metadata)))).toBe('unverified');
});

/** The model with one bit of its manifest changed. */
function damaged({ bytes }: AnomalyModel): AnomalyModel {
  const copy = bytes.slice();
  // The version in the manifest, which stays well-formed.
  const place = Buffer.from(bytes).indexOf('"productVersion":"') + '"productVersion":"'.length;
  copy[place] = (copy[place] as number) ^ 1;
  return readModel(copy);
}

test('withManifest refuses a damaged model, so that it gets no new hash', () => {
  expect(() => withManifest(damaged(model), { productVersion: '9.9.9' })).toThrow(/file is damaged/);
});

test('a damaged model is refused by calibration, export and import', async () => {
  const backend = await referenceBackend().open();
  const samples = { count: 0, async *[Symbol.asyncIterator](): AsyncGenerator<never> {} };
  await expect(calibrateModel(damaged(model), samples, { backend })).rejects.toThrow(/file is damaged/);
  expect(() => exportStandalone(damaged(model))).toThrow(/file is damaged/);
  const { preprocessing } = model.manifest;
  const nameless = model.bytes.slice();
  // The key in its metadata entry, with its length before it.
  nameless[
    Buffer.from(nameless).lastIndexOf(`\n${String.fromCharCode(manifestKey.length)}${manifestKey}\x12`) + 2
  ] = 120;
  expect(() => readModel(nameless)).toThrow(/no Oddpixel manifest/);
  expect(() => importExternalModel(nameless, { preprocessing })).toThrow(/file is damaged/);
  await backend.dispose();
});

test('both ways to verify agree, even when repeated', async () => {
  const broken = damaged(model);
  for (let i = 0; i < 2; i++) {
    await expect(verifyModel(broken)).rejects.toThrow(/file is damaged/);
    expect(() => checkIntegrity(broken)).toThrow(/file is damaged/);
    expect(await verifyModel(readModel(model.bytes))).toBe('verified');
    expect(() => checkIntegrity(readModel(model.bytes))).not.toThrow();
  }
});

test('a file changed by another tool opens once the entries named in the message are removed', async () => {
  const changed = damaged(model);
  const error = await verifyModel(changed).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(ModelFormatError);
  const metadata = new Map(readMetadata(changed.bytes));
  const named = [...String((error as ModelFormatError).message).matchAll(/"(oddpixel-[a-z0-9]+)"/g)];
  expect(new Set(named.map(([, key]) => key))).toEqual(new Set([sealKey, sealMarkKey]));
  for (const [, key] of named) metadata.delete(key as string);
  expect(await verifyModel(readModel(writeMetadata(changed.bytes, metadata)))).toBe('unverified');
});
