import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { memory } from './heads/index.ts';
import { loadModel } from './model/load.ts';
import { readModel, writeModel } from './model/model.ts';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import { stripes, stripesPreprocessing as preprocessing } from '../test/stripes.ts';
import { tinyBackbone } from '../test/tiny-backbone.ts';
import { createInitialModel, createTrainParams, samplesInMemory, trainModel } from './train/index.ts';

const backend = ortBackend();
const backbone = tinyBackbone();
const good = Array.from({ length: 8 }, (_, i) => stripes(i));
const suspect = stripes(20, { x: 32, y: 16 });

async function example(): Promise<unknown> {
  // #region example
  const initial = await createInitialModel(backbone, { preprocessing, id: 'tiny' });
  const params = createTrainParams(memory({ numRows: 500 }), { falseAlarmRate: 0.01 });
  const { model } = await trainModel(initial, samplesInMemory(good), params, { backend });
  const file = writeModel(model); // plain ONNX, everything inside

  const loaded = await loadModel(readModel(file), backend);
  const [result] = await loaded.apply([suspect]);
  // result.anomalyScore, result.anomalyClass, result.anomalyImage, result.anomalyRegion, result.pValue
  // #endregion
  await loaded.dispose();
  return result?.anomalyClass;
}

test('the README example works', async () => {
  expect(await example()).toBe('nok');
});

test('the README shows this example', () => {
  const test = readFileSync(new URL('readme.test.ts', import.meta.url), 'utf8');
  const region = /\/\/ #region example\n(.*?) *\/\/ #endregion/s.exec(test)?.[1] ?? 'no region';
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(region.replaceAll(/^ {2}/gm, ''));
});
