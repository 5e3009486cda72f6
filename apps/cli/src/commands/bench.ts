import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { HeadType } from '@oddpixel/contract';
import { writeModel } from '@oddpixel/model-core/model';
import { createPreprocessParams, preprocessParamsFromModel, preprocessRaster } from '@oddpixel/preprocess';
import { sharpCodec, writeFileAtomic } from '@oddpixel/runtime-node';
import { trainFromDataset } from '@oddpixel/workflow';
import { backboneHelp, readBackbone } from '../backbone.ts';
import { bareSession, describeMachine, median, type BareSession } from '../bare-session.ts';
import {
  imageFiles,
  layouts,
  numberOption,
  openDataset,
  openModel,
  parseSize,
  readBytes,
  splitForTraining,
  type DataOptions,
} from '../data.ts';
import { openDevice } from '../devices.ts';
import type { CommandContext } from '../outcome.ts';
import { printJson, printLines, printTable } from '../output.ts';
import { createProgress, sayRemarks } from '../progress.ts';
import { predictFiles } from './predict.ts';

const batchSizes = [1, 4, 8];

/** `oddpixel bench`: what the product adds to the bare engine, in one interleaved run on this machine's CPU. */
export function benchCommand(context: CommandContext): Command {
  return new Command('bench')
    .description('measure speed against the bare inference engine, on the CPU')
    .addCommand(benchPredict(context).exitOverride())
    .addCommand(benchTrain(context).exitOverride());
}

interface BenchPredictOptions {
  count: number;
  repeat: number;
  threads?: number;
  json?: boolean;
}

function benchPredict(context: CommandContext): Command {
  return new Command('predict')
    .description('images per second of `oddpixel predict`, files to verdicts, and of the bare session')
    .argument('<model>', 'model file')
    .argument('<images...>', 'image files or folders; repeated up to --count')
    .option('--count <n>', 'images per measurement', numberOption('count', 1, 100_000, true), 200)
    .option('--repeat <n>', 'measurements; the median counts', numberOption('repeat', 1, 99, true), 5)
    .option('--threads <n>', 'CPU threads', numberOption('threads', 1, 256, true))
    .option('--json', 'print one JSON document')
    .action(async (modelPath: string, paths: string[], options: BenchPredictOptions) => {
      const { signal } = context;
      const model = await openModel(modelPath);
      const found = await imageFiles(paths);
      const files = Array.from({ length: options.count }, (_, i) => {
        const file = found[i % found.length] as string;
        return { file, relative: file };
      });
      const threads = options.threads === undefined ? {} : { threads: options.threads };
      const progress = createProgress();
      const backend = await openDevice('cpu', progress, { ...threads, signal });
      const bare = await bareSession(model.bytes, options.threads);
      const raster = await sharpCodec().decode(await readBytes(found[0] as string));
      const { image } = preprocessRaster(raster, preprocessParamsFromModel(model.manifest));
      const predictOptions = { map: 'none', overlap: 0, modelPath } as const;
      await predictFiles(model, files.slice(0, 8), predictOptions, backend, createProgress(true), signal);
      const bareRates: Record<number, number[]> = {};
      const predictRates: number[] = [];
      for (let round = 0; round < options.repeat; round++) {
        for (const batch of batchSizes) {
          (bareRates[batch] ??= []).push(
            await bare.imagesPerSecond(image.data, image.dims, batch, options.count),
          );
          signal.throwIfAborted();
        }
        const { elapsedMs } = await predictFiles(
          model,
          files,
          predictOptions,
          backend,
          createProgress(true),
          signal,
        );
        predictRates.push((1000 * files.length) / elapsedMs);
        progress.update('rounds', round + 1, options.repeat);
      }
      progress.end();
      await bare.dispose();
      await backend.dispose();
      const bareMedians = batchSizes.map((batch) => ({
        batch,
        imagesPerSecond: median(bareRates[batch] ?? []),
      }));
      const best = Math.max(...bareMedians.map(({ imagesPerSecond }) => imagesPerSecond));
      const predict = median(predictRates);
      const ratio = predict / best;
      const machine = describeMachine();
      if (options.json === true) {
        printJson({
          machine,
          images: options.count,
          bare: bareMedians,
          predict: { imagesPerSecond: predict },
          ratio,
        });
        return;
      }
      printLines(`${machine} · ${options.count} images · median of ${options.repeat}`);
      printTable(
        ['what', 'images/s'],
        [
          ...bareMedians.map(({ batch, imagesPerSecond }): [string, string] => [
            `bare session, batch ${batch}`,
            imagesPerSecond.toFixed(1),
          ]),
          ['predict, files to verdicts', predict.toFixed(1)],
          ['ratio to the best bare session', ratio.toFixed(3)],
        ],
      );
    });
}

interface BenchTrainOptions extends DataOptions {
  backbone: string;
  head: HeadType;
  size: string;
  repeat: number;
  threads?: number;
  json?: boolean;
}

function benchTrain(context: CommandContext): Command {
  return new Command('train')
    .description('time of `oddpixel train`, files read to file written, and of the bare feature pass')
    .argument('<data>', 'data set')
    .option('--backbone <name|file|url>', backboneHelp, 'small')
    .addOption(
      new Option('--head <type>', 'head').choices(['memory', 'gaussian', 'student']).default('memory'),
    )
    .option('--size <size>', 'model input', '256')
    .option('--repeat <n>', 'measurements; the median counts', numberOption('repeat', 1, 99, true), 5)
    .option('--threads <n>', 'CPU threads', numberOption('threads', 1, 256, true))
    .addOption(new Option('--layout <name>', 'layout of the data').choices(layouts).default('auto'))
    .option('--groups <file>', 'CSV table with the columns file,group')
    .option('--json', 'print one JSON document')
    .action(async (path: string, options: BenchTrainOptions) => {
      const { signal } = context;
      const { width, height } = parseSize(options.size);
      const preprocessing = createPreprocessParams({ imageWidth: width, imageHeight: height });
      const progress = createProgress();
      const extractor = await readBackbone(options.backbone, { context, progress });
      const opened = await openDataset(path, options, ['train']);
      const dataset = splitForTraining(opened.dataset, { trainPercent: 80, validationPercent: 0, seed: 0 });
      const images = dataset.samples.filter(({ split }) => split === 'train').length;
      const backend = await openDevice('cpu', progress, {
        signal,
        threads: options.threads,
      });
      const bare = await bareSession(extractor.bytes, options.threads);
      const input = new Float32Array(3 * width * height).fill(100);
      const folder = await mkdtemp(join(tmpdir(), 'oddpixel-bench-'));
      const bareSeconds: number[] = [];
      const trainSeconds: number[] = [];
      const phases = new Map<string, number[]>();
      try {
        for (let round = 0; round < options.repeat; round++) {
          bareSeconds.push(images / (await bestRate(bare, input, [3, height, width], images)));
          const started = performance.now();
          const timer = phaseTimer();
          const { model, remarks } = await trainFromDataset(dataset, {
            backend,
            source: opened.source,
            codec: sharpCodec(),
            extractor,
            preprocessing,
            head: options.head,
            signal,
            onProgress: ({ phase }) => timer.enter(phase),
          });
          const file = join(folder, 'model.onnx');
          await writeFileAtomic(file, writeModel(model));
          await stat(file);
          trainSeconds.push((performance.now() - started) / 1000);
          if (round === 0) sayRemarks(progress, remarks);
          for (const [phase, seconds] of timer.finish())
            phases.set(phase, [...(phases.get(phase) ?? []), seconds]);
          progress.update('rounds', round + 1, options.repeat);
        }
      } finally {
        progress.end();
        await rm(folder, { recursive: true, force: true });
        await bare.dispose();
        await backend.dispose();
      }
      const bareMedian = median(bareSeconds);
      const trainMedian = median(trainSeconds);
      const phaseMedians = [...phases].map(([phase, seconds]) => ({
        phase,
        seconds: median(seconds),
        ratio: median(seconds) / bareMedian,
      }));
      const machine = describeMachine();
      if (options.json === true) {
        printJson({
          machine,
          images,
          bareFeaturePassSeconds: bareMedian,
          trainSeconds: trainMedian,
          ratio: trainMedian / bareMedian,
          phases: phaseMedians,
        });
        return;
      }
      printLines(`${machine} · ${images} images · median of ${options.repeat}`);
      printTable(
        ['what', 'seconds', '× feature pass'],
        [
          ['bare feature pass (best batch)', bareMedian.toFixed(2), '1.00'],
          [
            'train, files read to file written',
            trainMedian.toFixed(2),
            (trainMedian / bareMedian).toFixed(2),
          ],
          ...phaseMedians.map(({ phase, seconds, ratio }): [string, string, string] => [
            `  ${phase}`,
            seconds.toFixed(2),
            ratio.toFixed(2),
          ]),
        ],
      );
    });
}

async function bestRate(
  bare: BareSession,
  input: Float32Array,
  dims: readonly number[],
  images: number,
): Promise<number> {
  let best = 0;
  for (const batch of batchSizes)
    best = Math.max(best, await bare.imagesPerSecond(input, dims, batch, images));
  return best;
}

/** Sums the time between progress reports by phase. */
function phaseTimer(): { enter(phase: string): void; finish(): Map<string, number> } {
  const seconds = new Map<string, number>();
  let current = 'start';
  let since = performance.now();
  const enter = (phase: string): void => {
    const now = performance.now();
    seconds.set(current, (seconds.get(current) ?? 0) + (now - since) / 1000);
    current = phase;
    since = now;
  };
  return {
    enter,
    finish() {
      enter('end');
      return seconds;
    },
  };
}
