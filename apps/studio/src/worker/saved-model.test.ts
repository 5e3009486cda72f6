import { beforeAll, describe, expect, test } from 'vitest';
import { importExternalModel } from '@oddpixel/model-core/interop';
import { GraphBuilder, mul, writeGraph } from '@oddpixel/graph';
import { openSavedModel } from './saved-model.ts';

let bytes: Uint8Array;

beforeAll(() => {
  const g = new GraphBuilder({ name: 'tiny' });
  g.output('anomaly_map', mul(g.input('image', 'float32', ['N', 1, 4, 6]), 0.5));
  ({ bytes } = importExternalModel(writeGraph(g.build()), {
    preprocessing: {
      imageWidth: 6,
      imageHeight: 4,
      imageNumChannels: 1,
      imageRangeMin: 0,
      imageRangeMax: 255,
      normalizationType: 'none',
      domainHandling: 'fullDomain',
    },
  }));
});

describe('openSavedModel', () => {
  test('returns the model that was saved', async () => {
    const { model, damage } = await openSavedModel(bytes);
    expect(damage).toBeUndefined();
    expect(model?.manifest.preprocessing.imageWidth).toBe(6);
  });

  test('returns a message and no model if any bit was changed', async () => {
    for (let bit = 0; bit < bytes.length * 8; bit += 5) {
      const changed = bytes.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      const { model, damage } = await openSavedModel(changed);
      expect(model, `bit ${bit}`).toBeUndefined();
      expect(damage).toMatch(/cannot be used: it is damaged \(.+\) Your images are all here: train again/);
    }
  });

  test('returns no model for a truncated file', async () => {
    for (const length of [0, 1, bytes.length >> 1, bytes.length - 1]) {
      const { model, damage } = await openSavedModel(bytes.slice(0, length));
      expect([model, typeof damage]).toEqual([undefined, 'string']);
    }
  });
});
