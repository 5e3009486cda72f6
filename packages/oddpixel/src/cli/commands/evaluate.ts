import { basename, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { DatasetError } from '@oddpixel/contract';
import { evaluationParameters, summarizeEvaluation } from '@oddpixel/eval';
import { withFolderOptions, layouts, openDataset, openModel, type DataOptions } from '../data.ts';
import { acceptDamagedOption, type AcceptDamaged } from '../accept-damaged.ts';
import { deviceOption, openDevice, threadsOption, type DeviceName } from '../devices.ts';
import { describeEvaluation, runEvaluation } from '../evaluation-run.ts';
import { imageLimits, withLimitOptions, type LimitOptions } from '../image-limits.ts';
import { withModelNamed } from '../model-errors.ts';
import type { CommandContext } from '../outcome.ts';
import { printJson, printLines } from '../output.ts';
import { probeFolder } from '../output-probes.ts';
import { createProgress } from '../progress.ts';
import { parameterOption } from '../parameter-options.ts';

interface EvaluateOptions extends DataOptions, AcceptDamaged, LimitOptions {
  report?: string;
  device: DeviceName;
  threads?: number;
  bootstrap: number;
  json?: boolean;
}

/** `oddpixel evaluate MODEL DATA`: how well a model separates good from defective images. */
export function evaluateCommand(context: CommandContext): Command {
  const command = new Command('evaluate')
    .description('measure a model on labelled images and write a report')
    .argument('<model>', 'model file')
    .argument('<data>', 'a folder, or a CSV table')
    .option('--report <folder>', 'write report.html and evaluation.json to this folder')
    .addOption(new Option('--layout <name>', 'layout of the data').choices(layouts).default('auto'))
    .option('--groups <file>', 'CSV table with the columns file,group')
    .addOption(parameterOption('bootstrapSamples', evaluationParameters.bootstrapSamples))
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(acceptDamagedOption())
    .option('--json', 'print one JSON document')
    .action((model: string, data: string, options: EvaluateOptions) =>
      evaluate(model, data, options, context),
    );
  return withLimitOptions(withFolderOptions(command));
}

async function evaluate(
  modelPath: string,
  path: string,
  options: EvaluateOptions,
  { signal }: CommandContext,
): Promise<void> {
  const model = await openModel(modelPath);
  if (options.report !== undefined) await probeFolder(options.report, '--report');
  const { dataset, source } = await openDataset(path, options, ['test']);
  const progress = createProgress();
  const backend = await openDevice(options.device, progress, {
    signal,
    threads: options.threads,
  });
  try {
    const run = {
      model,
      modelName: basename(modelPath),
      // Without a split of its own, all images are candidates; those that trained the model are left out by content.
      dataset,
      datasetName: basename(resolve(path)),
      source,
      backend,
      progress,
      signal,
      acceptDamaged: options.acceptDamaged,
      limits: imageLimits(options),
      params: { bootstrapSamples: options.bootstrap },
      report: options.report,
    };
    const evaluated = await withModelNamed(modelPath, () => runEvaluation(run));
    progress.end();
    if (evaluated.evaluation.counts.images === 0) {
      throw new DatasetError({
        path,
        problems: [
          evaluated.excluded.length > 0
            ? `all ${evaluated.excluded.length} images were used in training`
            : 'there is no test image',
        ],
        fix: 'Add images that the model has not seen, in test/good and test/DEFECT.',
      });
    }
    if (options.json === true) {
      printJson({
        ...summarizeEvaluation(evaluated.evaluation),
        masks: evaluated.masks,
        excluded: evaluated.excluded,
        remarks: evaluated.remarks,
        report: evaluated.files[0] ?? null,
        timing: { imagesPerSecond: (1000 * evaluated.evaluation.counts.images) / evaluated.elapsedMs },
      });
      return;
    }
    const [report] = evaluated.files;
    printLines(...describeEvaluation(evaluated), ...(report === undefined ? [] : [`report: ${report}`]));
  } finally {
    progress.end();
    await backend.dispose();
  }
}
