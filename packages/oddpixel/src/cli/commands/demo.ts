import { join } from 'node:path';
import { Command } from 'commander';
import { writeModel } from '@oddpixel/model-core';
import { sharedParameters, type ImageCodec } from '@oddpixel/contract';
import { readAnomalyDataset } from '@oddpixel/dataset';
import { appleParameters, renderAppleDataset, type AppleImage } from '@oddpixel/dataset/apples';
import { summarizeEvaluation } from '@oddpixel/eval';
import { describeStatement } from '@oddpixel/eval/report';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { nodeFileSource, sharpCodec, writeFileAtomic } from '@oddpixel/runtime-node';
import { trainFromDataset } from '@oddpixel/workflow';
import { namedBackbone } from '../backbone.ts';
import { deviceOption, openDevice, type DeviceName } from '../devices.ts';
import { describeEvaluation, runEvaluation } from '../evaluation-run.ts';
import type { CommandContext } from '../outcome.ts';
import { printJson, printLines } from '../output.ts';
import { probeFolder } from '../output-probes.ts';
import { createProgress, sayRemarks, type ProgressLine } from '../progress.ts';
import { parameterOption } from '../parameter-options.ts';

interface DemoOptions {
  out: string;
  seed: number;
  device: DeviceName;
  json?: boolean;
}

/** `oddpixel demo`: the whole job on the embedded sample set. */
export function demoCommand(context: CommandContext): Command {
  return new Command('demo')
    .description('draw apples, train on good ones, evaluate on good and defective ones, and write a report')
    .option('--out <folder>', 'folder for the images, the model and the report', 'oddpixel-demo')
    .addOption(
      parameterOption('seed', {
        ...sharedParameters.seed,
        about: 'random seed; another seed draws other apples',
      }),
    )
    .addOption(deviceOption())
    .option('--json', 'print one JSON document')
    .action((options: DemoOptions) => demo(options, context));
}

async function demo(options: DemoOptions, context: CommandContext): Promise<void> {
  const { signal } = context;
  const started = performance.now();
  const progress = createProgress();
  const codec = sharpCodec();
  await probeFolder(options.out, '--out');
  const data = join(options.out, 'apples');
  await drawApples(data, options.seed, codec, progress, signal);
  const source = nodeFileSource(data);
  const dataset = await readAnomalyDataset(source, { layout: 'mvtec' });
  const backend = await openDevice(options.device, progress, { signal });
  try {
    const { model, remarks } = await trainFromDataset(dataset, {
      backend,
      source,
      codec,
      backbone: await namedBackbone('small', { context, progress }),
      preprocessing: createPreprocessParams({
        imageWidth: appleParameters.width.default,
        imageHeight: appleParameters.height.default,
      }),
      params: { seed: options.seed },
      signal,
      onProgress: ({ phase, done, total }) => progress.update(phase, done, total),
    });
    sayRemarks(progress, remarks);
    const modelFile = join(options.out, 'apples.onnx');
    await writeFileAtomic(modelFile, writeModel(model), { signal });
    const evaluated = await runEvaluation({
      model,
      modelName: 'apples.onnx',
      dataset,
      datasetName: 'apples',
      source,
      backend,
      progress,
      signal,
      report: options.out,
    });
    progress.end();
    const seconds = (performance.now() - started) / 1000;
    const [report = ''] = evaluated.files;
    if (options.json === true) {
      printJson({ ...summarizeEvaluation(evaluated.evaluation), model: modelFile, report, seconds });
      return;
    }
    const { statement } = model.manifest.thresholds ?? {};
    printLines(
      ...describeEvaluation(evaluated),
      ...(statement === undefined ? [] : [describeStatement(statement)]),
      `model:  ${modelFile}`,
      `report: ${report}`,
      `done in ${seconds.toFixed(1)} s`,
    );
  } finally {
    progress.end();
    await backend.dispose();
  }
}

/** Writes the sample set as PNG files in the MVTec layout. */
async function drawApples(
  folder: string,
  seed: number,
  codec: ImageCodec,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<void> {
  let done = 0;
  const total = 120;
  const write = async ({ path, raster, maskPath, mask }: AppleImage): Promise<void> => {
    await writeFileAtomic(join(folder, path), await codec.encode(raster, 'png'), { signal });
    if (maskPath === undefined || mask === undefined) return;
    await writeFileAtomic(join(folder, maskPath), await codec.encode(mask, 'png'), { signal });
  };
  for (const image of renderAppleDataset({ seed })) {
    signal.throwIfAborted();
    await write(image);
    progress.update('draw apples', ++done, total);
  }
}
