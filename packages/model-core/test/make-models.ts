/**
 * Writes the model files of this folder, and their results for some images: `npx tsx
 * --conditions=@oddpixel/source packages/model-core/test/make-models.ts`. They stay as they are: that files of earlier
 * versions open and score as they did is the point. A new head gets a file of its own here.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { loadModel } from '../src/model/load.ts';
import { writeModel } from '../src/model/model.ts';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import { stripes, stripesPreprocessing } from './stripes.ts';
import { tinyBackbone } from './tiny-backbone.ts';
import { paramsOf } from './heads.ts';
import { createInitialModel, samplesInMemory, trainModel } from '../src/train/index.ts';

const backend = ortBackend();
const initial = await createInitialModel(tinyBackbone(), {
  preprocessing: stripesPreprocessing,
  id: 'tiny',
});
const good = samplesInMemory([0, 1, 2, 3, 4, 5].map((index) => stripes(index)));
const validation = samplesInMemory([6, 7, 8, 9].map((index) => stripes(index)));

for (const head of ['memory', 'gaussian', 'student'] as const) {
  const path = new URL(`models/${head}.onnx`, import.meta.url);
  if (existsSync(path)) continue;
  const few = {
    memory: { numRows: 60 },
    gaussian: { featureDims: 6 },
    student: { maxNumEpochs: 2, complexity: 1 },
  };
  const { model } = await trainModel(initial, good, paramsOf(head, few[head]), {
    backend,
    validation: head === 'student' ? validation : undefined,
  });
  const loaded = await loadModel(model, backend);
  const results = await loaded.apply([stripes(10), stripes(11, { x: 50, y: 20 })]);
  const expected = results.map(({ anomalyScore, anomalyClass, anomalyImage }) => ({
    anomalyScore,
    anomalyClass,
    meanOfMap: anomalyImage.data.reduce((a, b) => a + b, 0) / anomalyImage.data.length,
  }));
  await writeFile(path, writeModel(model));
  await writeFile(new URL(`models/${head}.json`, import.meta.url), `${JSON.stringify(expected, null, 2)}\n`);
}
