/** A model or an image that gives no finite score never gets a verdict, and costs no other image its own. */
import { expect, test } from 'vitest';
import { hostTensor, ResultError, type Raster } from '@oddpixel/model-core/contract';
import { importExternalModel } from '@oddpixel/model-core/interop';
import { withManifest } from '@oddpixel/model-core/model';
import { GraphBuilder, mul, reduceMax, writeGraph } from '@oddpixel/model-core/onnx';
import { referenceBackend } from '@oddpixel/model-core/onnx/reference';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { createInspector } from './inspector.ts';

const gray = (value: number): Raster => ({
  width: 64,
  height: 32,
  channels: 3,
  data: new Uint8Array(64 * 32 * 3).fill(value),
});

test('one image of a batch whose score overflows costs only itself', async () => {
  const g = new GraphBuilder({ name: 'overflow' });
  const x = g.input('image', 'float32', ['N', 3, 32, 64]);
  const scale = g.constant(hostTensor('float32', [], Float32Array.of(2e36)));
  g.output('anomaly_map', reduceMax(x, [1], { keepDims: true }));
  g.output('pred_score', reduceMax(mul(x, scale), [1, 2, 3]));
  const preprocessing = createPreprocessParams({ imageWidth: 64, imageHeight: 32 });
  const model = withManifest(importExternalModel(writeGraph(g.build()), { preprocessing }), {
    thresholds: {
      classification: 1e38,
      segmentation: 100,
      classificationMethod: 'manual',
      segmentationMethod: 'manual',
    },
  });
  const failed: [string, unknown][] = [];
  const inspector = await createInspector(model, {
    backend: await referenceBackend().open(),
    batchSize: 4,
    onError: (name, error) => failed.push([name, error]),
  });
  const inputs = [10, 250, 20, 90].map((value) => ({ name: `${value}.png`, image: gray(value) }));
  const verdicts: string[] = [];
  for await (const { name, result } of inspector.inspectAll(inputs))
    verdicts.push(`${name} ${result.anomalyClass}`);
  expect(verdicts).toEqual(['10.png ok', '20.png ok', '90.png nok']);
  expect(failed.map(([name]) => name)).toEqual(['250.png']);
  expect(failed[0]?.[1]).toBeInstanceOf(ResultError);
});
