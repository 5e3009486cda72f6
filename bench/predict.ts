/** `pnpm bench predict MODEL IMAGES…`: images per second of `oddpixel predict` and of the bare session, on the CPU. */
import { parseArgs } from 'node:util';
import { preprocessParamsFromModel, preprocessRaster } from '@oddpixel/preprocess';
import { cpu, sharpCodec } from '@oddpixel/runtime-node';
import { predictFiles } from '../packages/oddpixel/src/cli/commands/predict.ts';
import { imageFiles, openModel, readBytes } from '../packages/oddpixel/src/cli/data.ts';
import { createProgress } from '../packages/oddpixel/src/cli/progress.ts';
import { bareSession, batchSizes } from './shared/bare-session.ts';
import { describeMachine } from './shared/machine.ts';
import { wholeNumber } from './shared/options.ts';
import { printDocument, tell } from './shared/report.ts';
import { median } from './shared/rounds.ts';

/** @param args see the README. */
export async function benchPredict(args: readonly string[]): Promise<void> {
  const text = { type: 'string' } as const;
  const options = { images: text, rounds: text, threads: text };
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [modelPath, ...paths] = positionals;
  if (modelPath === undefined || paths.length === 0) {
    throw new TypeError('bench predict: expected a model file, and files or folders of images');
  }
  const count = wholeNumber('images', values.images, 200);
  const rounds = wholeNumber('rounds', values.rounds, 5);
  const threads = values.threads === undefined ? undefined : wholeNumber('threads', values.threads, 1);

  const machine = describeMachine();
  const model = await openModel(modelPath);
  const found = await imageFiles(paths);
  const files = Array.from({ length: count }, (_, i) => {
    const file = found[i % found.length] as string;
    return { file, relative: file };
  });
  const raster = await sharpCodec().decode(await readBytes(found[0] as string));
  const { image } = preprocessRaster(raster, preprocessParamsFromModel(model.manifest));
  const backend = await cpu(threads === undefined ? {} : { threads }).open();
  const bare = await bareSession(model.bytes, threads);
  const { signal } = new AbortController();
  const predict = async (inputs: typeof files): Promise<number> => {
    const predictOptions = { map: 'none', overlap: 0, modelPath } as const;
    const outcome = await predictFiles(model, inputs, predictOptions, backend, createProgress(true), signal);
    const [failure] = outcome.failures;
    if (failure !== undefined) throw new Error(failure.error);
    return (1000 * inputs.length) / outcome.elapsedMs;
  };
  await predict(files.slice(0, 8));
  const bareRates = new Map(batchSizes.map((batch): [number, number[]] => [batch, []]));
  const predictRates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [batch, rates] of bareRates) {
      rates.push(await bare.imagesPerSecond(image.data, image.dims, batch, count));
    }
    predictRates.push(await predict(files));
    tell(`round ${round + 1} of ${rounds}: ${(predictRates.at(-1) ?? 0).toFixed(1)} images/s`);
  }
  await bare.dispose();
  await backend.dispose();
  const bareMedians = Array.from(bareRates, ([batch, rates]) => ({ batch, imagesPerSecond: median(rates) }));
  const best = Math.max(...bareMedians.map(({ imagesPerSecond }) => imagesPerSecond));
  const imagesPerSecond = median(predictRates);
  printDocument({
    measurement: 'predict',
    machine,
    images: count,
    bare: bareMedians,
    predict: { imagesPerSecond },
    ratio: imagesPerSecond / best,
  });
}
