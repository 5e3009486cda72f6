import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { writeModel } from '@oddpixel/model-core';
import { checkpointParameters, trainParameters } from '@oddpixel/model-core/train';
import { bestEffortStore, preprocessParameters, type ScoreMethod } from '@oddpixel/contract';
import { describeStatement } from '@oddpixel/eval/report';
import { createPreprocessParams, type AugmentParams } from '@oddpixel/preprocess';
import { diskStore, sharpCodec, writeFileAtomic } from '@oddpixel/runtime-node';
import {
  copiesParameter,
  splitForTraining,
  trainFromDataset,
  trainingSplitParameters,
} from '@oddpixel/workflow';
import { augmentWords, parseAugment } from '../augment-option.ts';
import { defaultHead, heads } from '../heads.ts';
import { flagOf } from '../flag-names.ts';
import { parameterOption, parameterValues } from '../parameter-options.ts';
import { parseRange, type RangeOption } from '../range-option.ts';
import { backboneHelp, namedBackbone } from '../backbone.ts';
import { withFolderOptions, layouts, openDataset, parseSize, readBytes, type DataOptions } from '../data.ts';
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
  head: string;
  backbone: string;
  features?: string[];
  size: string;
  range?: RangeOption;
  device: DeviceName;
  threads?: number;
  seed: number;
  trainPercent: number;
  validationPercent: number;
  score: ScoreMethod;
  checkpoint?: string;
  checkpointEvery: number;
  resume?: string;
  augment?: Partial<AugmentParams>;
  augmentCopies: number;
  cache?: string;
  json?: boolean;
}

const { imageWidth: size } = preprocessParameters;

/** `oddpixel train DATA --out model.onnx`: from a folder of good images to one model file. */
export function trainCommand(context: CommandContext): Command {
  const command = new Command('train')
    .description('learn what good images look like and write one self-contained .onnx file')
    .argument('<data>', 'a folder (train/good, or good beside other folders), or a CSV table')
    .requiredOption('--out <file>', 'model file to write')
    .addOption(
      new Option('--head <type>', 'how normality is modelled')
        .choices(Object.keys(heads))
        .default(defaultHead),
    )
    .option('--backbone <name|file|url>', backboneHelp, 'small')
    .option('--features <names...>', 'values of the backbone to use as features (default: its outputs)')
    .option(
      '--size <size>',
      `size of the model input: ${size.default} or WIDTHxHEIGHT, multiples of ${size.multipleOf}`,
      String(size.default),
    )
    .option(
      '--range <range>',
      'gray value range of the images: MIN,MAX, or auto to measure it (default: the full range of 8 or 16 bits; required for float and signed images)',
      parseRange,
    )
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(new Option('--layout <name>', 'layout of the data').choices(layouts).default('auto'))
    .option('--groups <file>', 'CSV table with the columns file,group; images of one group stay together')
    .addOption(parameterOption('trainPercent', trainingSplitParameters.trainPercent))
    .addOption(parameterOption('validationPercent', trainingSplitParameters.validationPercent))
    .option('--checkpoint <file>', 'student: write resumable checkpoints here')
    .addOption(parameterOption('checkpointEvery', checkpointParameters.checkpointEvery))
    .option('--resume <file>', 'student: resume from a checkpoint written with the same data and settings')
    .option(
      '--augment <changes>',
      `also train on augmented copies; a list such as flips,rotation=10 of: ${augmentWords}`,
      parseAugment,
    )
    .addOption(parameterOption('augmentCopies', copiesParameter))
    .option(
      '--cache <folder>',
      'keep preprocessed images and features in this folder, so that training on the same images again need not run the backbone; a cache that cannot be used only costs time',
    )
    .addOption(acceptDamagedOption())
    .option('--json', 'print one JSON document')
    .action((path: string, options: TrainOptions, self: Command) => {
      checkApplicable(self, options);
      return train(path, options, context);
    });
  for (const [name, parameter] of Object.entries(trainParameters)) {
    command.addOption(parameterOption(name, parameter));
  }
  for (const [head, { parameters }] of Object.entries(heads)) {
    for (const [name, parameter] of Object.entries(parameters)) {
      command.addOption(parameterOption(name, parameter, head));
    }
  }
  return withLimitOptions(withFolderOptions(command));
}

/** Options that shape one kind of model only: with another they would be ignored silently, so they are refused. */
function checkApplicable(command: Command, options: TrainOptions): void {
  const given = (flag: string): boolean =>
    command.getOptionValueSource(new Option(flag).attributeName()) === 'cli';
  const refuse = (flag: string, needs: string): void => {
    if (given(flag)) throw new UsageError(`${flag} has no effect here: it needs ${needs}`);
  };
  const others = Object.entries(heads).filter(([head]) => head !== options.head);
  for (const [head, { parameters, byEpochs }] of others) {
    for (const name of Object.keys(parameters)) refuse(flagOf(name), `--head ${head}`);
    if (byEpochs === true) for (const flag of ['--checkpoint', '--resume']) refuse(flag, `--head ${head}`);
  }
  if (options.score !== 'meanDeviation') refuse('--standard-deviation-factor', '--score meanDeviation');
  if (options.augment === undefined) refuse('--augment-copies', '--augment');
}

async function train(path: string, options: TrainOptions, context: CommandContext): Promise<void> {
  const { signal } = context;
  const head = heads[options.head] as (typeof heads)[string];
  const size = parseSize(options.size);
  if (options.augment?.rightAngleTurns === true && size.width !== size.height) {
    throw new UsageError('--augment: turns need a square --size; use rotation=N instead');
  }
  const preprocessing = createPreprocessParams({ imageWidth: size.width, imageHeight: size.height });
  await probeFile(options.out, '--out');
  if (options.checkpoint !== undefined) await probeFile(options.checkpoint, '--checkpoint');
  if (options.cache !== undefined) await checkCacheFolder(options.cache);
  const progress = createProgress();
  const backbone = await namedBackbone(options.backbone, { context, progress, features: options.features });
  const opened = await openDataset(path, options, ['train', 'validation']);
  const { trainPercent, validationPercent, seed } = options;
  const dataset = splitForTraining(opened.dataset, { trainPercent, validationPercent, seed });
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
      backbone,
      preprocessing,
      sourceRange: options.range,
      head: head.create(parameterValues(head.parameters, options)),
      params: parameterValues(trainParameters, options),
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
    const { thresholds, training, head: record, preprocessing: used } = model.manifest;
    const seconds = (performance.now() - started) / 1000;
    if (options.json === true) {
      printJson({
        model: options.out,
        sizeBytes: bytes.length,
        trainImages,
        validationImages,
        head: record,
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

/** The options that set how the data is read, for the next command. */
function dataOptions({ layout, groups, imageDir, maskDir }: TrainOptions): string {
  const named = layout === 'auto' ? '' : ` --layout ${layout}`;
  const paths = Object.entries({ '--groups': groups, '--image-dir': imageDir, '--mask-dir': maskDir });
  return paths.reduce(
    (text, [option, value]) => (value === undefined ? text : `${text} ${option} ${quoted(value)}`),
    named,
  );
}
