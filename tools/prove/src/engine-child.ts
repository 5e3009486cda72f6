/** Feeds damaged models to the native engine; in a process of its own, since the engine may end it. Its input comes in argv. */
import { createRandom, OddpixelError } from '@oddpixel/contract';
import { loadModel, readModel } from '@oddpixel/model-core';
import { preprocessRaster } from '@oddpixel/preprocess';
import { mutate } from '../../../packages/model-core/fuzz/mutate.ts';
import { openFixture, picture } from './fixture.ts';
import { mutateBytes } from './mutate-bytes.ts';

const [seed = 0, count = 0] = process.argv.slice(2).map(Number);
const { backend, model, modelBytes } = await openFixture();
const sample = preprocessRaster(picture(1), model.manifest.preprocessing);
const random = createRandom(seed);
let ran = 0;
for (let i = 0; i < count; i++) {
  const mutant = random.integer(2) === 0 ? mutateBytes(modelBytes, random) : mutate(modelBytes, random);
  process.stderr.write(`mutant ${i}\n`);
  try {
    const loaded = await loadModel(readModel(mutant), backend);
    await loaded.apply([sample]).finally(() => loaded.dispose());
    ran++;
  } catch (error) {
    if (!(error instanceof OddpixelError)) throw error;
  }
}
process.stdout.write(`${ran}\n`);
process.exit(0);
