import { mkdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Command, Option } from 'commander';
import { regionComponents, type AnomalyModel } from '@oddpixel/model-core/model';
import type { Backend, ThresholdStatement } from '@oddpixel/model-core/contract';
import { encodeNpy, sharpCodec, writeFileAtomic } from '@oddpixel/runtime-node';
import { createInspector, type Inspection, type InspectionInput } from '@oddpixel/workflow';
import { imageFiles, numberOption, openModel, parseSize } from '../data.ts';
import { deviceOption, openDevice, threadsOption, type DeviceName } from '../devices.ts';
import { writeInspection, type MapFormat } from '../inspection-files.ts';
import { exitCodes, UsageError, type CommandContext } from '../outcome.ts';
import { formatNumber, printJson, printTable } from '../output.ts';
import { createProgress, type ProgressLine } from '../progress.ts';

interface PredictOptions {
  out?: string;
  map: MapFormat;
  tile?: string;
  overlap: number;
  saveInput?: string;
  batch?: number;
  device: DeviceName;
  threads?: number;
  json?: boolean;
  failOnNok?: boolean;
}

/** What `predict --json` says of one image. Boxes and centres are in source pixels. */
export interface Prediction {
  readonly file: string;
  readonly score: number;
  readonly verdict: 'ok' | 'nok' | null;
  readonly pValue: number | null;
  readonly regions: readonly {
    readonly area: number;
    readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
    readonly peak: { readonly x: number; readonly y: number; readonly value: number };
  }[];
  readonly files: readonly string[];
}

/** `oddpixel predict MODEL IMAGE…`: verdicts, scores and maps of new images. */
export function predictCommand(context: CommandContext): Command {
  return new Command('predict')
    .description('score images with a trained model')
    .argument('<model>', 'model file')
    .argument('<images...>', 'image files, or folders of them')
    .option('--out <folder>', 'write a map and an overlay of every image there')
    .addOption(
      new Option('--map <format>', 'format of the maps: 16-bit PNG (half = threshold), float TIFF (raw)')
        .choices(['png16', 'float', 'none'])
        .default('png16'),
    )
    .option('--tile <size>', 'inspect overlapping tiles of WIDTHxHEIGHT source pixels')
    .option('--overlap <pixels>', 'overlap of tiles', numberOption('overlap', 0, 10_000, true), 64)
    .option('--save-input <file>', 'write the model input of the one image as .npy')
    .option(
      '--batch <n>',
      'images per run (default: 1 on the CPU, else 4)',
      numberOption('batch', 1, 256, true),
    )
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON document')
    .option('--fail-on-nok', 'exit with 3 when an image is nok')
    .action((model: string, images: string[], options: PredictOptions) =>
      predict(model, images, options, context),
    );
}

async function predict(
  modelPath: string,
  paths: string[],
  options: PredictOptions,
  context: CommandContext,
): Promise<void> {
  const { signal } = context;
  const model = await openModel(modelPath);
  const files = await imageFiles(paths);
  if (options.saveInput !== undefined && (files.length !== 1 || options.tile !== undefined)) {
    throw new UsageError('--save-input takes exactly one image and no tiles');
  }
  const progress = createProgress();
  const backend = await openDevice(options.device, progress, {
    signal,
    ...(options.threads !== undefined && { threads: options.threads }),
  });
  try {
    const { predictions, elapsedMs } = await predictFiles(model, files, options, backend, progress, signal);
    progress.end();
    report(model, predictions, elapsedMs, options);
    if (options.failOnNok === true && predictions.some(({ verdict }) => verdict === 'nok'))
      context.setExitCode(exitCodes.nok);
  } finally {
    progress.end();
    await backend.dispose();
  }
}

/** The work of the command without start-up: used by `bench` as well, so that it measures what users get. */
export async function predictFiles(
  model: AnomalyModel,
  files: readonly string[],
  options: Pick<PredictOptions, 'out' | 'map' | 'tile' | 'overlap' | 'saveInput' | 'batch'>,
  backend: Backend,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<{ predictions: Prediction[]; elapsedMs: number }> {
  const codec = sharpCodec();
  const inspector = await createInspector(model, {
    backend,
    codec,
    ...(options.batch !== undefined && { batchSize: options.batch }),
    ...(options.tile !== undefined && { tile: tileOptions(options.tile, options.overlap) }),
    onWarning: (message) => progress.say(`warning: ${message}`),
  });
  if (options.out !== undefined) await mkdir(options.out, { recursive: true });
  const names = uniqueNames(files);
  const predictions: Prediction[] = [];
  const started = performance.now();
  try {
    for await (const inspection of inspector.inspectAll(readAll(files), { signal })) {
      const name = names[predictions.length] ?? inspection.name;
      const written =
        options.out === undefined
          ? []
          : await writeInspection(inspection, model, join(options.out, name), options.map, codec, signal);
      if (options.saveInput !== undefined && inspection.prepared !== undefined) {
        const { image } = inspection.prepared;
        await writeFileAtomic(options.saveInput, encodeNpy({ ...image, dims: [1, ...image.dims] }), {
          signal,
        });
        written.push(options.saveInput);
      }
      predictions.push(toPrediction(inspection, written));
      progress.update('images', predictions.length, files.length);
    }
  } finally {
    await inspector.dispose();
  }
  return { predictions, elapsedMs: performance.now() - started };
}

async function* readAll(files: readonly string[]): AsyncGenerator<InspectionInput, void, undefined> {
  for (const file of files) {
    yield { name: file, image: await readFile(file) };
  }
}

function tileOptions(
  size: string,
  overlap: number,
): { tileWidth: number; tileHeight: number; overlap: number } {
  const { width, height } = parseSize(size);
  if (overlap >= Math.min(width, height))
    throw new UsageError(`--overlap: expected less than the tile size ${size}, received ${overlap}`);
  return { tileWidth: width, tileHeight: height, overlap };
}

function toPrediction({ name, result }: Inspection, files: readonly string[]): Prediction {
  return {
    file: name,
    score: result.anomalyScore,
    verdict: result.anomalyClass ?? null,
    pValue: result.pValue ?? null,
    regions: regionComponents(result).map(({ area, box, peak }) => ({ area, box, peak })),
    files,
  };
}

function report(
  model: AnomalyModel,
  predictions: readonly Prediction[],
  elapsedMs: number,
  options: PredictOptions,
): void {
  const statement: ThresholdStatement | undefined = model.manifest.thresholds?.statement;
  if (options.json === true) {
    printJson({
      images: predictions,
      threshold: model.manifest.thresholds?.classification ?? null,
      statement: statement ?? null,
      timing: { imagesPerSecond: (1000 * predictions.length) / elapsedMs },
    });
    return;
  }
  printTable(
    ['verdict', 'score', 'p', 'regions', 'image'],
    predictions.map(({ verdict, score, pValue, regions, file }) => [
      verdict ?? '–',
      score.toPrecision(5),
      pValue === null ? '–' : formatNumber(pValue),
      regions.length,
      file,
    ]),
  );
  const odd = predictions.filter(({ verdict }) => verdict === 'nok').length;
  const where = options.out === undefined ? '' : ` · pictures in ${options.out}`;
  process.stdout.write(`${odd} of ${predictions.length} nok${where}\n`);
}

/** File names without folder and ending, made unique where folders hold equal names. */
function uniqueNames(files: readonly string[]): string[] {
  const used = new Map<string, number>();
  return files.map((file) => {
    const name = basename(file, extname(file));
    const count = used.get(name) ?? 0;
    used.set(name, count + 1);
    return count === 0 ? name : `${name}-${count + 1}`;
  });
}
