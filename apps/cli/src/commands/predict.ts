import { basename, extname, join } from 'node:path';
import { Command, Option } from 'commander';
import { regionComponents, type AnomalyModel } from '@oddpixel/model-core/model';
import {
  mergeRemarks,
  type Backend,
  type Remark,
  type ThresholdStatement,
} from '@oddpixel/model-core/contract';
import { encodeNpy, sharpCodec, writeFileAtomic } from '@oddpixel/runtime-node';
import { createInspector, type Inspection, type InspectionInput } from '@oddpixel/workflow';
import { acceptDamagedOption, type AcceptDamaged } from '../accept-damaged.ts';
import { imageFiles, numberOption, openModel, parseSize, readBytes } from '../data.ts';
import { imageLimits, withLimitOptions, type LimitOptions } from '../image-limits.ts';
import { deviceOption, openDevice, threadsOption, type DeviceName } from '../devices.ts';
import { writeInspection, type MapFormat } from '../inspection-files.ts';
import { reasonInOneLine, exitCodes, UsageError, type CommandContext } from '../outcome.ts';
import { counted, formatNumber, printJson, printLines, printTable } from '../output.ts';
import { createProgress, sayRemarks, type ProgressLine } from '../progress.ts';

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
  failOnNok?: boolean;
}

/** What `predict --json` says of one image. Boxes and centres are in source pixels. */
interface Prediction {
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
  const command = new Command('predict')
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
    .addOption(acceptDamagedOption())
    .option('--json', 'print one JSON document')
    .option('--fail-on-nok', 'exit with 3 when an image is nok')
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
  const model = await openModel(modelPath);
  const files = await imageFiles(paths);
  if (options.tile !== undefined) tileOptions(options.tile, options.overlap);
  if (options.saveInput !== undefined && (files.length !== 1 || options.tile !== undefined)) {
    throw new UsageError('--save-input takes exactly one image and no tiles');
  }
  const progress = createProgress();
  const backend = await openDevice(options.device, progress, {
    signal,
    ...(options.threads !== undefined && { threads: options.threads }),
  });
  try {
    const outcome = await predictFiles(model, files, options, backend, progress, signal);
    progress.end();
    sayRemarks(progress, outcome.remarks);
    report(model, outcome, options);
    const { predictions, failures } = outcome;
    if (failures.length > 0) context.setExitCode(exitCodes.failure);
    else if (options.failOnNok === true && predictions.some(({ verdict }) => verdict === 'nok'))
      context.setExitCode(exitCodes.nok);
  } finally {
    progress.end();
    await backend.dispose();
  }
}

/** An image without a verdict. */
interface Failure {
  readonly file: string;
  readonly error: string;
}

interface PredictOutcome {
  readonly predictions: readonly Prediction[];
  readonly failures: readonly Failure[];
  /** Equal remarks are one, with all its files. */
  readonly remarks: readonly Remark[];
  readonly elapsedMs: number;
}

/** The work of the command without start-up: used by `bench` as well, so that it measures what users get. */
export async function predictFiles(
  model: AnomalyModel,
  files: readonly string[],
  options: LimitOptions &
    Pick<PredictOptions, 'out' | 'map' | 'tile' | 'overlap' | 'saveInput' | 'batch' | 'acceptDamaged'>,
  backend: Backend,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<PredictOutcome> {
  const codec = sharpCodec({ acceptDamaged: options.acceptDamaged });
  const failures: Failure[] = [];
  const inspector = await createInspector(model, {
    backend,
    codec,
    limits: imageLimits(options),
    ...(options.batch !== undefined && { batchSize: options.batch }),
    ...(options.tile !== undefined && { tile: tileOptions(options.tile, options.overlap) }),
    // One bad file among thousands costs its own verdict, not those of the others.
    onError(file, error) {
      signal.throwIfAborted();
      const reason = reasonInOneLine(error);
      progress.say(`error: ${reason}`);
      failures.push({ file, error: reason });
    },
  });
  const names = uniqueNames(files);
  const predictions: Prediction[] = [];
  const noticed: Remark[] = [];
  const started = performance.now();
  try {
    const inputs = files.map((file): InspectionInput => ({ name: file, image: () => readBytes(file) }));
    for await (const inspection of inspector.inspectAll(inputs, { signal })) {
      noticed.push(...inspection.remarks);
      const name = names.get(inspection.name) ?? inspection.name;
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
      progress.update('images', predictions.length + failures.length, files.length);
    }
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
  { predictions, failures, remarks, elapsedMs }: PredictOutcome,
  options: PredictOptions,
): void {
  const statement: ThresholdStatement | undefined = model.manifest.thresholds?.statement;
  if (options.json === true) {
    printJson({
      images: predictions,
      failures,
      remarks,
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
  const failed = failures.length === 0 ? '' : ` · ${counted(failures.length, 'file')} without a verdict`;
  printLines(`${odd} of ${predictions.length} nok${failed}${where}`);
}

/** File names without folder and ending, made unique where folders hold equal names. */
function uniqueNames(files: readonly string[]): Map<string, string> {
  const used = new Map<string, number>();
  const names = [...new Set(files)].map((file): [string, string] => {
    const name = basename(file, extname(file));
    const count = used.get(name) ?? 0;
    used.set(name, count + 1);
    return [file, count === 0 ? name : `${name}-${count + 1}`];
  });
  return new Map(names);
}
