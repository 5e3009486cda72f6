import { beforeAll, expect, test } from 'vitest';
import { OddpixelError } from '../contract/index.ts';
import { referenceBackend } from '../onnx/reference/index.ts';
import { GraphBuilder, mul, readMetadata, reduceMax, writeGraph, writeMetadata } from '../onnx/index.ts';
import { importExternalModel } from '../interop/index.ts';
import { loadModel } from './load.ts';
import { readModel, verifyModel, withManifest, type AnomalyModel } from './model.ts';
import { sealKey, sealMarkKey } from './seal.ts';

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

test('a changed manifest is sealed anew', async () => {
  const changed = withManifest(model, { productVersion: '9.9.9' });
  expect(await verifyModel(readModel(changed.bytes))).toBe('verified');
});

test('a model of an older version, without a hash, opens unverified', async () => {
  const metadata = new Map(readMetadata(model.bytes));
  metadata.delete(sealKey);
  metadata.delete(sealMarkKey);
  expect(await verifyModel(readModel(writeMetadata(model.bytes, metadata)))).toBe('unverified');
});
