import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { AnomalyModel } from '@oddpixel/model-core';
import { defaultImageLimits, type Backend, type Remark, mergeRemarks } from '@oddpixel/contract';
import { tileParameters } from '@oddpixel/preprocess';
import { sharpCodec, writeFileAtomic, encodeNpy } from '@oddpixel/runtime-node';
import {
  createInspector,
  inspectionParameters,
  type Inspection,
  type InspectionInput,
} from '@oddpixel/workflow';
import { acceptDamagedOption, type AcceptDamaged } from '../accept-damaged.ts';
import { noImage, openModel, parseSize } from '../data.ts';
import { findImages, readInput, type ImageInput } from '../image-inputs.ts';
import { imageLimits, withLimitOptions, type LimitOptions } from '../image-limits.ts';
import { deviceOption, openDevice, threadsOption, type DeviceName } from '../devices.ts';
import { writeInspection, type MapFormat } from '../inspection-files.ts';
import { namingModel, withModelNamed } from '../model-errors.ts';
import { exitCodes, reasonInOneLine, UsageError, type CommandContext } from '../outcome.ts';
import { probeFile, probeFolder } from '../output-probes.ts';
import { outputNames } from '../output-names.ts';
import {
  predictionPrinter,
  type Failure,
  type Prediction,
  type PredictionSink,
} from '../prediction-printer.ts';
import { createProgress, sayRemarks, type ProgressLine } from '../progress.ts';
import { parameterOption } from '../parameter-options.ts';

interface PredictOptions extends AcceptDamaged, LimitOptions {
  out?: string;
  map: MapFormat;
  tile?: string;
  overlap: number;
  saveInput?: string;
  batch?: number;
  device: DeviceName;
  threads?: number;
  json?: boolean;
  jsonl?: boolean;
  failOnNok?: boolean;
}

/** `oddpixel predict MODEL IMAGE…`: verdicts, scores and maps of new images. */
export function predictCommand(context: CommandContext): Command {
  const command = new Command('predict')
    .description('score images with a trained model')
    .argument('<model>', 'model file')
    .argument('<images...>', 'image files, folders of them, or - for standard input')
    .option(
      '--out <folder>',
      'write a map and an overlay of every image to this folder, in the same subfolders as the images',
    )
    .addOption(
      new Option(
        '--map <format>',
        'format of the maps: 16-bit PNG (half the range is the threshold) or float TIFF (raw values)',
      )
        .choices(['png16', 'float', 'none'])
        .default('png16'),
    )
    .option('--tile <size>', 'inspect overlapping tiles of WIDTHxHEIGHT source pixels')
    .addOption(parameterOption('overlap', tileParameters.overlap))
    .option('--save-input <file>', 'write the model input as .npy; takes exactly one image')
    .addOption(parameterOption('batchSize', inspectionParameters.batchSize))
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(acceptDamagedOption())
    .option('--json', 'print one JSON document at the end')
    .option('--jsonl', 'print one JSON object per image as it is inspected, then a summary')
    .option('--fail-on-nok', 'exit with code 3 if an image is nok, but with 1 if an image has no verdict')
    .action((model: string, images: string[], options: PredictOptions) =>
      predict(model, images, options, context),
    );
  return withLimitOptions(command);
}

async function predict(
  modelPath: string,
  paths: string[],
  options: PredictOptions,
  context: CommandContext,
): Promise<void> {
  const { signal } = context;
  if (options.json === true && options.jsonl === true)
    throw new UsageError('give --json or --jsonl, not both');
  if (options.tile !== undefined) tileOptions(options.tile, options.overlap);
  const model = await openModel(modelPath);
  const found = await findImages(paths, { out: options.out });
  const { inputs, skipped, failed } = found;
  if (inputs.length === 0 && failed.length === 0) throw noImage(paths);
  if (options.saveInput !== undefined && (inputs.length !== 1 || options.tile !== undefined)) {
    throw new UsageError('--save-input takes exactly one image and no tiles');
  }
  if (options.out !== undefined) await probeFolder(options.out, '--out');
  if (options.saveInput !== undefined) await probeFile(options.saveInput, '--save-input');
  const progress = createProgress();
  const backend = await openDevice(options.device, progress, {
    signal,
    threads: options.threads,
  });
  const format = options.json === true ? 'json' : options.jsonl === true ? 'jsonl' : 'table';
  const printer = predictionPrinter(format, progress);
  try {
    for (const { file, reason } of skipped) printer.skipped({ file, reason });
    for (const { file, reason } of failed)
      printer.failure({ file, error: `${file}: ${reason}`, lost: 'verdict' });
    const { remarks, elapsedMs } = await withModelNamed(modelPath, () =>
      predictFiles(model, inputs, { ...options, modelPath }, backend, progress, signal, printer),
    );
    progress.end();
    sayRemarks(progress, remarks);
    const { thresholds } = model.manifest;
    const { failures, odd } = printer.end({
      total: inputs.length,
      interrupted: signal.aborted,
      earlierPictures: found.earlierPictures,
      remarks,
      threshold: thresholds?.classification ?? null,
      statement: thresholds?.statement ?? null,
      elapsedMs,
      out: options.out,
    });
    signal.throwIfAborted();
    if (failures > 0) context.setExitCode(exitCodes.failure);
    else if (options.failOnNok === true && odd > 0) context.setExitCode(exitCodes.nok);
  } finally {
    progress.end();
    await backend.dispose();
  }
}

interface PredictOutcome {
  readonly predictions: readonly Prediction[];
  readonly failures: readonly Failure[];
  /** Equal remarks are one, with all its files. */
  readonly remarks: readonly Remark[];
  readonly elapsedMs: number;
}

/**
 * The work of the command without start-up: `pnpm bench predict` measures it, so that it measures what users get. Told
 * to stop, it ends with what it has.
 */
export async function predictFiles(
  model: AnomalyModel,
  inputs: readonly ImageInput[],
  options: LimitOptions &
    Pick<PredictOptions, 'out' | 'map' | 'tile' | 'overlap' | 'saveInput' | 'batch' | 'acceptDamaged'> & {
      readonly modelPath: string;
    },
  backend: Backend,
  progress: ProgressLine,
  signal: AbortSignal,
  sink?: PredictionSink,
): Promise<PredictOutcome> {
  const codec = sharpCodec({ acceptDamaged: options.acceptDamaged });
  const limits = imageLimits(options);
  const failures: Failure[] = [];
  const fail = (file: string, error: unknown, lost: Failure['lost']): void => {
    const reason = reasonInOneLine(error);
    const failure = { file, error: reason.includes(file) ? reason : `${file}: ${reason}`, lost };
    failures.push(failure);
    sink?.failure(failure);
  };
  const inspector = await createInspector(model, {
    backend,
    codec,
    limits,
    batchSize: options.batch,
    tile: options.tile === undefined ? undefined : tileOptions(options.tile, options.overlap),
    // One bad file among thousands costs its own verdict, not those of the others.
    onError(file, error) {
      signal.throwIfAborted();
      fail(file, namingModel(error, options.modelPath), 'verdict');
    },
  });
  const names = options.out === undefined ? [] : outputNames(inputs);
  const { maxFileBytes } = limits ?? defaultImageLimits;
  const predictions: Prediction[] = [];
  const noticed: Remark[] = [];
  const started = performance.now();
  const pictures = async (inspection: Inspection, index: number): Promise<string[]> => {
    if (options.out === undefined) return [];
    try {
      const base = join(options.out, names[index] as string);
      return await writeInspection(inspection, model, base, options.map, codec, signal);
    } catch (error) {
      signal.throwIfAborted();
      fail(inspection.name, error, 'pictures');
      return [];
    }
  };
  try {
    const queue = inputs.map(({ file }): InspectionInput => ({
      name: file,
      image: () => readInput(file, maxFileBytes, signal),
    }));
    // Results come in the order of the inputs, without those that failed; one file may be given twice.
    let next = 0;
    for await (const inspection of inspector.inspectAll(queue, { signal })) {
      noticed.push(...inspection.remarks);
      while (inputs[next]?.file !== inspection.name) next++;
      const written = await pictures(inspection, next++);
      if (options.saveInput !== undefined && inspection.prepared !== undefined) {
        const { image } = inspection.prepared;
        const bytes = encodeNpy({ ...image, dims: [1, ...image.dims] });
        await writeFileAtomic(options.saveInput, bytes, { signal });
        written.push(options.saveInput);
      }
      const prediction = toPrediction(inspection, written);
      predictions.push(prediction);
      sink?.prediction(prediction);
      progress.update('images', predictions.length + failures.length, inputs.length);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await inspector.dispose();
  }
  return { predictions, failures, remarks: mergeRemarks(noticed), elapsedMs: performance.now() - started };
}

function tileOptions(
  size: string,
  overlap: number,
): { tileWidth: number; tileHeight: number; overlap: number } {
  const { width, height } = parseSize(size, 'tile');
  if (overlap >= Math.min(width, height))
    throw new UsageError(`--overlap: expected less than the tile size ${size}, received ${overlap}`);
  return { tileWidth: width, tileHeight: height, overlap };
}

function toPrediction(inspection: Inspection, files: readonly string[]): Prediction {
  const { name: file, ...verdict } = inspection.toJSON();
  return { file, ...verdict, files };
}
