import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { writeModel } from '@oddpixel/model-core/model';
import type { TrainParams } from '@oddpixel/model-core/train';
import { bestEffortStore, type HeadType, type ScoreMethod } from '@oddpixel/contract';
import { describeStatement } from '@oddpixel/eval/report';
import { createPreprocessParams, type AugmentParams } from '@oddpixel/preprocess';
import { diskStore, sharpCodec, writeFileAtomic } from '@oddpixel/runtime-node';
import { trainFromDataset } from '@oddpixel/workflow';
import { augmentWords, parseAugment } from '../augment-option.ts';
import { parseRange, type RangeOption } from '../range-option.ts';
import { backboneHelp, readBackbone } from '../backbone.ts';
import {
  withFolderOptions,
  layouts,
  numberOption,
  openDataset,
  parseSize,
  readBytes,
  splitForTraining,
  type DataOptions,
} from '../data.ts';
import { acceptDamagedOption, cacheFolder, type AcceptDamaged } from '../accept-damaged.ts';
import { deviceOption, openDevice, threadsOption, type DeviceName } from '../devices.ts';
import { imageLimits, withLimitOptions, type LimitOptions } from '../image-limits.ts';
import { UsageError, type CommandContext } from '../outcome.ts';
import { printJson, printLines } from '../output.ts';
import { checkCacheFolder, probeFile } from '../output-probes.ts';
import { createProgress, sayRemarks } from '../progress.ts';
import { trainingProgress } from '../training-progress.ts';

interface TrainOptions extends DataOptions, AcceptDamaged, LimitOptions {
  out: string;
  head: HeadType;
  backbone: string;
  features?: string[];
  size: string;
  range?: RangeOption;
  device: DeviceName;
  threads?: number;
  seed: number;
  falseAlarmRate: number;
  trainPercent: number;
  validationPercent: number;
  rows?: number;
  covariance?: 'shared' | 'perPosition';
  shrinkage?: number;
  score?: ScoreMethod;
  standardDeviationFactor?: number;
  epochs?: number;
  errorThreshold?: number;
  patience?: number;
  domainRatio?: number;
  regularizationNoise?: number;
  complexity?: number;
  learningRate?: number;
  checkpoint?: string;
  checkpointEvery: number;
  resume?: string;
  augment?: Partial<AugmentParams>;
  augmentCopies?: number;
  cache?: string;
  json?: boolean;
}

/** `oddpixel train DATA --out model.onnx`: from a folder of good images to one model file. */
export function trainCommand(context: CommandContext): Command {
  const command = new Command('train')
    .description('learn what good images look like and write one self-contained .onnx file')
    .argument('<data>', 'a folder (train/good, or good beside other folders), or a CSV table')
    .requiredOption('--out <file>', 'model file to write')
    .addOption(
      new Option('--head <type>', 'how normality is modelled')
        .choices(['memory', 'gaussian', 'student'])
        .default('memory'),
    )
    .option('--backbone <name|file|url>', backboneHelp, 'small')
    .option('--features <names...>', 'values of the backbone to use as features (default: its outputs)')
    .option('--size <size>', 'size of the model input: 256 or WIDTHxHEIGHT, multiples of 32', '256')
    .option(
      '--range <range>',
      'gray value range of the images: MIN,MAX, or auto to measure it (default: the full range of 8 or 16 bits; required for float and signed images)',
      parseRange,
    )
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option(
      '--seed <n>',
      'random seed; the same seed and data give the same model',
      numberOption('seed', 0, 2 ** 31 - 1, true),
      0,
    )
    .option(
      '--false-alarm-rate <rate>',
      'share of good images that may be called nok',
      numberOption('false-alarm-rate', 1e-6, 0.5),
      0.01,
    )
    .addOption(new Option('--layout <name>', 'layout of the data').choices(layouts).default('auto'))
    .option('--groups <file>', 'CSV table with the columns file,group; images of one group stay together')
    .option(
      '--train-percent <n>',
      'percentage of good images to train on if the data has no split',
      numberOption('train-percent', 1, 100),
      80,
    )
    .option(
      '--validation-percent <n>',
      'percentage of good training images held out to calibrate the thresholds',
      numberOption('validation-percent', 0, 90),
      0,
    )
    .option(
      '--rows <n>',
      'memory: number of coreset rows (default 4000)',
      numberOption('rows', 1, 1_000_000, true),
    )
    .addOption(
      new Option(
        '--covariance <kind>',
        'gaussian: one covariance for all positions, or one per position',
      ).choices(['shared', 'perPosition']),
    )
    .option(
      '--shrinkage <share>',
      'gaussian: weight of the diagonal in the covariance',
      numberOption('shrinkage', 0, 1),
    )
    .addOption(
      new Option('--score <method>', 'how the anomaly map becomes a score').choices(['max', 'meanDeviation']),
    )
    .option(
      '--standard-deviation-factor <f>',
      'factor of the standard deviation for --score meanDeviation',
      numberOption('standard-deviation-factor', 0, 100),
    )
    .option(
      '--epochs <n>',
      'student: maximum number of epochs (default 30)',
      numberOption('epochs', 1, 100_000, true),
    )
    .option(
      '--error-threshold <e>',
      'student: stop when the error, the unexplained share of feature variance, falls to this value (default 0.001)',
      numberOption('error-threshold', 0, 1),
    )
    .option(
      '--patience <n>',
      'student: stop after N epochs without improvement (default 10)',
      numberOption('patience', 1, 100_000, true),
    )
    .option(
      '--domain-ratio <share>',
      'student: share of positions sampled in each epoch (default 0.1)',
      numberOption('domain-ratio', 1e-6, 1),
    )
    .option(
      '--regularization-noise <n>',
      'student: noise on the features; its standard deviation is 5,000 times this value (default 0.0001)',
      numberOption('regularization-noise', 0, 1),
    )
    .option(
      '--complexity <n>',
      'student: width of the network, 1 to 100 (default 15)',
      numberOption('complexity', 1, 100, true),
    )
    .option(
      '--learning-rate <r>',
      'student: initial learning rate (default 0.002)',
      numberOption('learning-rate', 1e-9, 1),
    )
    .option('--checkpoint <file>', 'student: write resumable checkpoints here')
    .option(
      '--checkpoint-every <n>',
      'epochs between checkpoints',
      numberOption('checkpoint-every', 1, 100_000, true),
      1,
    )
    .option('--resume <file>', 'student: resume from a checkpoint written with the same data and settings')
    .option(
      '--augment <changes>',
      `also train on augmented copies; a list such as flips,rotation=10 of: ${augmentWords}`,
      parseAugment,
    )
    .option(
      '--augment-copies <n>',
      'augmented copies per image (default 3)',
      numberOption('augment-copies', 1, 100, true),
    )
    .option(
      '--cache <folder>',
      'keep preprocessed images and features in this folder, so that training on the same images again need not run the backbone; a cache that cannot be used only costs time',
    )
    .addOption(acceptDamagedOption())
    .option('--json', 'print one JSON document')
    .action((path: string, options: TrainOptions) => train(path, options, context));
  return withLimitOptions(withFolderOptions(command));
}

const studentOptions = [
  ['epochs', '--epochs'],
  ['errorThreshold', '--error-threshold'],
  ['patience', '--patience'],
  ['domainRatio', '--domain-ratio'],
  ['regularizationNoise', '--regularization-noise'],
  ['complexity', '--complexity'],
  ['learningRate', '--learning-rate'],
  ['checkpoint', '--checkpoint'],
  ['resume', '--resume'],
] as const;

/** Options that shape one kind of model only: with another they would be ignored, which nobody wants. */
function checkApplicable(options: TrainOptions): void {
  const { head, score, rows, covariance, shrinkage, standardDeviationFactor } = options;
  const { augment, augmentCopies } = options;
  const misplaced: [option: string, given: boolean, needs: string][] = [
    ['--rows', rows !== undefined && head !== 'memory', '--head memory'],
    ['--covariance', covariance !== undefined && head !== 'gaussian', '--head gaussian'],
    ['--shrinkage', shrinkage !== undefined && head !== 'gaussian', '--head gaussian'],
    [
      '--standard-deviation-factor',
      standardDeviationFactor !== undefined && score !== 'meanDeviation',
      '--score meanDeviation',
    ],
    ['--augment-copies', augmentCopies !== undefined && augment === undefined, '--augment'],
    ...studentOptions.map(([name, option]): [string, boolean, string] => [
      option,
      options[name] !== undefined && head !== 'student',
      '--head student',
    ]),
  ];
  for (const [option, given, needs] of misplaced) {
    if (given) throw new UsageError(`${option} has no effect here: it needs ${needs}`);
  }
}

async function train(path: string, options: TrainOptions, context: CommandContext): Promise<void> {
  const { signal } = context;
  checkApplicable(options);
  const size = parseSize(options.size);
  if (options.augment?.rightAngleTurns === true && size.width !== size.height) {
    throw new UsageError('--augment: turns need a square --size; use rotation=N instead');
  }
  const preprocessing = createPreprocessParams({ imageWidth: size.width, imageHeight: size.height });
  await probeFile(options.out, '--out');
  if (options.checkpoint !== undefined) await probeFile(options.checkpoint, '--checkpoint');
  if (options.cache !== undefined) await checkCacheFolder(options.cache);
  const progress = createProgress();
  const extractor = await readBackbone(options.backbone, { context, progress, features: options.features });
  const opened = await openDataset(path, options, ['train', 'validation']);
  const dataset = splitForTraining(opened.dataset, options);
  const backend = await openDevice(options.device, progress, {
    signal,
    threads: options.threads,
  });
  try {
    const started = performance.now();
    const cache =
      options.cache === undefined
        ? undefined
        : bestEffortStore(diskStore(cacheFolder(options.cache, options)));
    const trained = await trainFromDataset(dataset, {
      backend,
      source: opened.source,
      codec: sharpCodec({ acceptDamaged: options.acceptDamaged }),
      limits: imageLimits(options),
      extractor,
      preprocessing,
      sourceRange: options.range,
      head: options.head,
      params: headParams(options),
      signal,
      store: cache,
      featureStore: cache,
      augmentation: options.augment && {
        ...options.augment,
        copies: options.augmentCopies,
      },
      checkpointEvery: options.checkpointEvery,
      resume: options.resume === undefined ? undefined : await readBytes(options.resume),
      onCheckpoint:
        options.checkpoint === undefined
          ? undefined
          : (bytes: Uint8Array) => writeFileAtomic(options.checkpoint as string, bytes, { signal }),
      onProgress: trainingProgress(progress),
    });
    const { model, result, trainImages, validationImages } = trained;
    const remarks = [...trained.remarks, ...(cache?.remarks ?? [])];
    const bytes = writeModel(model);
    await writeFileAtomic(options.out, bytes, { signal });
    progress.end();
    sayRemarks(progress, remarks);
    const { thresholds, training, head, preprocessing: used } = model.manifest;
    const seconds = (performance.now() - started) / 1000;
    if (options.json === true) {
      printJson({
        model: options.out,
        sizeBytes: bytes.length,
        trainImages,
        validationImages,
        head,
        range: used.sourceRange ?? null,
        figures: training?.figures,
        thresholds,
        result,
        remarks,
        seconds,
      });
      return;
    }
    const figures = Object.entries(training?.figures ?? {}).map(
      ([name, value]) => `${name} ${Number(value.toPrecision(5))}`,
    );
    const copies = Number(training?.augmentation?.['copies'] ?? 0);
    const varied = copies > 0 ? ` and ${copies * trainImages} augmented copies` : '';
    printLines(
      ...[
        `${basename(options.out)}: ${(bytes.length / 1e6).toFixed(1)} MB, ${options.head} head, learned from ${trainImages} good images${varied} in ${seconds.toFixed(1)} s`,
        figures.join(' · '),
        used.sourceRange === undefined
          ? ''
          : `gray values ${used.sourceRange.join('..')}${options.range === 'auto' ? ', measured' : ''}`,
        thresholds === undefined
          ? 'no threshold: images of a single part are too few to set one; train on more parts, or hold some out with --validation-percent'
          : `threshold ${thresholds.classification.toPrecision(5)}`,
        thresholds?.statement === undefined ? '' : describeStatement(thresholds.statement),
        `next: oddpixel evaluate ${quoted(options.out)} ${quoted(path)}${dataOptions(options)} --report report`,
      ].filter(Boolean),
    );
  } finally {
    progress.end();
    await backend.dispose();
  }
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The options that say how the data is read, for the next command. */
function dataOptions({ layout, groups, imageDir, maskDir }: TrainOptions): string {
  const named = layout === 'auto' ? '' : ` --layout ${layout}`;
  const paths = Object.entries({ '--groups': groups, '--image-dir': imageDir, '--mask-dir': maskDir });
  return paths.reduce(
    (text, [option, value]) => (value === undefined ? text : `${text} ${option} ${quoted(value)}`),
    named,
  );
}

function headParams(options: TrainOptions): Partial<TrainParams> {
  const given: { [Name in keyof TrainParams]?: TrainParams[Name] | undefined } = {
    seed: options.seed,
    falseAlarmRate: options.falseAlarmRate,
    numRows: options.rows,
    covariance: options.covariance,
    shrinkage: options.shrinkage,
    scoreMethod: options.score,
    standardDeviationFactor: options.standardDeviationFactor,
    maxNumEpochs: options.epochs,
    errorThreshold: options.errorThreshold,
    patience: options.patience,
    domainRatio: options.domainRatio,
    regularizationNoise: options.regularizationNoise,
    complexity: options.complexity,
    learningRate: options.learningRate,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
