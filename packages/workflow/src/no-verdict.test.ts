/** A model or an image that gives no finite score never gets a verdict, and costs no other image its own. */
import { expect, test } from 'vitest';
import { hostTensor, ResultError, type Raster } from '@oddpixel/contract';
import { memoryFileSource, readAnomalyDataset } from '@oddpixel/dataset';
import { importExternalModel } from '@oddpixel/model-core/interop';
import { withManifest, type AnomalyModel } from '@oddpixel/model-core';
import { GraphBuilder, mul, reduceMax, writeGraph } from '@oddpixel/graph';
import { referenceBackend } from '@oddpixel/graph/reference';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { evaluateModel } from './evaluate-model.ts';
import { createInspector } from './inspector.ts';

const gray = (value: number): Raster => ({
  width: 64,
  height: 32,
  channels: 3,
  data: new Uint8Array(64 * 32 * 3).fill(value),
});

/** Scores overflow for images brighter than 170. */
function overflowing(): AnomalyModel {
  const g = new GraphBuilder({ name: 'overflow' });
  const x = g.input('image', 'float32', ['N', 3, 32, 64]);
  const scale = g.constant(hostTensor('float32', [], Float32Array.of(2e36)));
  g.output('anomaly_map', reduceMax(x, [1], { keepDims: true }));
  g.output('pred_score', reduceMax(mul(x, scale), [1, 2, 3]));
  const preprocessing = createPreprocessParams({ imageWidth: 64, imageHeight: 32 });
  return withManifest(importExternalModel(writeGraph(g.build()), { preprocessing }), {
    thresholds: {
      classification: 1e38,
      segmentation: 100,
      classificationMethod: 'manual',
      segmentationMethod: 'manual',
    },
  });
}

const inputs = [10, 250, 20, 90].map((value) => ({ name: `${value}.png`, image: gray(value) }));

test('an image whose score overflows does not affect the others of its batch', async () => {
  const failed: [string, unknown][] = [];
  const inspector = await createInspector(overflowing(), {
    backend: await referenceBackend().open(),
    batchSize: 4,
    onError: (name, error) => failed.push([name, error]),
  });
  const verdicts: string[] = [];
  for await (const { name, result } of inspector.inspectAll(inputs))
    verdicts.push(`${name} ${result.anomalyClass}`);
  expect(verdicts).toEqual(['10.png ok', '20.png ok', '90.png nok']);
  expect(failed.map(([name]) => name)).toEqual(['250.png']);
  expect(failed[0]?.[1]).toBeInstanceOf(ResultError);
  expect(String(failed[0]?.[1])).toContain('No verdict for 250.png:');
});

test.each([
  ['in a batch', {}],
  ['in tiles', { tile: { tileWidth: 32, tileHeight: 32, overlap: 0 } }],
])('a stream that ends with such an image names it: %s', async (_, options) => {
  const backend = await referenceBackend().open();
  const inspector = await createInspector(overflowing(), { backend, batchSize: 4, ...options });
  const all = async (): Promise<void> => {
    for await (const { name } of inspector.inspectAll(inputs)) expect(name).not.toBe('250.png');
  };
  await expect(all()).rejects.toThrow('No verdict for 250.png:');
});

test('an evaluation that ends with such an image names its file', async () => {
  const files = [10, 250, 20].map((value) => [`parts/good/${value}.png`, Uint8Array.of(value)] as const);
  const source = memoryFileSource(new Map(files));
  const dataset = await readAnomalyDataset(source, { layout: 'folder' });
  const evaluated = evaluateModel(overflowing(), dataset, {
    backend: await referenceBackend().open(),
    source,
    codec: { decode: async ([value = 0]) => gray(value), encode: () => Promise.reject(new Error('unused')) },
  });
  await expect(evaluated).rejects.toThrow(/No verdict for (parts\/)?good\/250\.png:/);
});
