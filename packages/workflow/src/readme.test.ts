import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { memoryFileSource, readAnomalyDataset } from '@oddpixel/dataset';
import { readBackbone } from '@oddpixel/backbones/node';
import { small } from '@oddpixel/backbones/small';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { cpu, sharpCodec } from '@oddpixel/runtime-node';
import { createInspector, evaluationReport, trainFromDataset } from './index.ts';
import { cloth } from '../test/cloth.ts';

test('the README example works', async () => {
  const codec = sharpCodec();
  const files = new Map<string, Uint8Array>();
  for (let i = 0; i < 4; i++) files.set(`train/good/${i}.png`, await codec.encode(cloth(96, 64, i), 'png'));
  files.set('test/good/0.png', await codec.encode(cloth(96, 64, 9), 'png'));
  const odd = cloth(96, 64, 8, [{ x: 50, y: 30, radius: 9 }]);
  files.set('test/spot/0.png', await codec.encode(odd, 'png'));
  const source = memoryFileSource(files);
  const backend = await cpu().open();
  const backbone = { id: small.id, bytes: await readBackbone(small) };
  const preprocessing = createPreprocessParams({ imageWidth: 96, imageHeight: 64 });
  const frames = [{ name: 'frame', image: odd }];
  const lines: unknown[][] = [];
  const console = { log: (...items: unknown[]) => lines.push(items) };

  // #region example
  const host = { backend, source, codec };
  const dataset = await readAnomalyDataset(source);
  const { model } = await trainFromDataset(dataset, { ...host, backbone, preprocessing });
  const names = { modelName: 'cloth.onnx', datasetName: 'cloth' };
  const { evaluation, html } = await evaluationReport(model, dataset, { ...host, ...names });
  console.log(evaluation.image?.auroc, html.length);

  const inspector = await createInspector(model, host);
  for await (const { name, result } of inspector.inspectAll(frames)) {
    console.log(name, result.anomalyClass, result.anomalyScore);
  }
  // #endregion

  expect(lines).toEqual([
    [1, expect.any(Number)],
    ['frame', 'nok', expect.any(Number)],
  ]);
  await backend.dispose();
});

test('the README shows this example', () => {
  const test = readFileSync(new URL('readme.test.ts', import.meta.url), 'utf8');
  const region = /\/\/ #region example\n(.*?) *\/\/ #endregion/s.exec(test)?.[1] ?? 'no region';
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(region.replaceAll(/^ {2}/gm, ''));
});
