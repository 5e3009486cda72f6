import { Command, Option } from 'commander';
import { describeRemark } from '@oddpixel/contract';
import { checkSamples, type CheckedImage } from '@oddpixel/dataset';
import { unusableRemarks } from '@oddpixel/dataset/unstable';
import { sharpCodec } from '@oddpixel/runtime-node';
import { acceptDamagedOption, type AcceptDamaged } from '../accept-damaged.ts';
import { inFlagWords } from '../flag-words.ts';
import { withFolderOptions, layouts, openDataset, type DataOptions } from '../data.ts';
import { imageLimits, withLimitOptions, type LimitOptions } from '../image-limits.ts';
import { exitCodes, type CommandContext } from '../outcome.ts';
import { counted, printJson, printLines, printTable } from '../output.ts';
import { createProgress } from '../progress.ts';

/** The images of one split, label and defect. Sizes in pixels. */
interface Row {
  readonly split: string;
  readonly label: string;
  readonly defect: string;
  images: number;
  /** Absent if no image could be opened. */
  width?: Range;
  height?: Range;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

/** `oddpixel dataset DATA`: what is in a data set, and what is wrong with it. */
export function datasetCommand(context: CommandContext): Command {
  const command = new Command('dataset')
    .description(
      'count images by split and label, show their sizes, and list every problem and every unused file',
    )
    .argument('<data>', 'a folder, or a CSV table')
    .addOption(new Option('--layout <name>', 'layout of the data').choices(layouts).default('auto'))
    .option('--groups <file>', 'CSV table with the columns file,group; images of one part share a group')
    .addOption(acceptDamagedOption())
    .option('--json', 'print one JSON document')
    .action(
      async (path: string, options: DataOptions & AcceptDamaged & LimitOptions & { json?: boolean }) => {
        const { dataset, source } = await openDataset(path, options);
        const { remarks = [], files } = dataset;
        const failed = new Set(unusableRemarks(dataset));
        const progress = createProgress();
        const rows = new Map<string, Row>();
        const rowOf = ({ imageLabel, defect = '', ...sample }: CheckedImage['sample']): Row => {
          const split: string = sample.split ?? 'no split';
          const key = [split, imageLabel, defect].join('\t');
          const row = rows.get(key) ?? { split, label: imageLabel, defect, images: 0 };
          rows.set(key, row);
          return row;
        };
        for (const sample of dataset.samples) rowOf(sample).images++;
        const problems = await checkSamples(dataset, {
          source,
          codec: sharpCodec({ acceptDamaged: options.acceptDamaged }),
          limits: imageLimits(options),
          signal: context.signal,
          onProgress: ({ done, total }) => progress.update('check', done, total),
          onImage: ({ sample, width, height }) => {
            const row = rowOf(sample);
            row.width = extended(row.width, width);
            row.height = extended(row.height, height);
          },
        }).finally(() => progress.end());
        if (options.json === true) {
          printJson({ images: dataset.samples.length, counts: [...rows.values()], files, problems, remarks });
        } else {
          printTable(
            ['split', 'label', 'defect', 'images', 'size'],
            [...rows.values()].map((row) => [row.split, row.label, row.defect, row.images, sizes(row)]),
          );
          for (const { severity, message, suggestedRange } of problems) {
            const advice = suggestedRange === undefined ? '' : rangeAdvice(suggestedRange);
            printLines(inFlagWords(`${severity}: ${message}${advice}`));
          }
          for (const remark of remarks) {
            printLines(inFlagWords(`${failed.has(remark) ? 'error' : 'remark'}: ${describeRemark(remark)}`));
          }
          printLines(summary(problems.length + failed.size, remarks.length - failed.size));
        }
        if (failed.size > 0 || problems.some(({ severity }) => severity === 'error'))
          context.setExitCode(exitCodes.failure);
      },
    );
  return withLimitOptions(withFolderOptions(command));
}

/** Reports that nothing is wrong only if there is nothing to report. */
function summary(problems: number, remarks: number): string {
  if (problems === 0 && remarks === 0) return 'no problems found';
  if (remarks === 0) return counted(problems, 'problem');
  return `${problems === 0 ? 'no problem in the images' : counted(problems, 'problem')}, ${counted(remarks, 'remark')}`;
}

function rangeAdvice([min, max]: readonly [number, number]): string {
  const short = (value: number): number => Number(value.toPrecision(6));
  return max > min ? `: train with --range ${short(min)},${short(max)} or --range auto` : '';
}

function extended(range: Range | undefined, value: number): Range {
  if (range === undefined) return { min: value, max: value };
  return { min: Math.min(range.min, value), max: Math.max(range.max, value) };
}

/** `432×576`, or `103..400×90..410` if images differ. */
function sizes({ width, height }: Row): string {
  if (width === undefined || height === undefined) return '–';
  const text = ({ min, max }: Range): string => (min === max ? String(min) : `${min}..${max}`);
  return `${text(width)}×${text(height)}`;
}
