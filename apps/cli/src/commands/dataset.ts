import { Command, Option } from 'commander';
import { checkSamples } from '@oddpixel/dataset';
import { sharpCodec } from '@oddpixel/runtime-node';
import { layouts, openDataset, type DataOptions } from '../data.ts';
import { exitCodes, type CommandContext } from '../outcome.ts';
import { printJson, printTable } from '../output.ts';

/** `oddpixel dataset DATA`: what is in a data set, and what is wrong with it. */
export function datasetCommand(context: CommandContext): Command {
  return new Command('dataset')
    .description('count a data set by split and label, and list every problem in it')
    .argument('<data>', 'a folder, or a CSV table')
    .addOption(new Option('--layout <name>', 'how the data is laid out').choices(layouts).default('auto'))
    .option('--groups <file>', 'CSV table file,group: images of one part')
    .option('--json', 'print one JSON document')
    .action(async (path: string, options: DataOptions & { json?: boolean }) => {
      const { dataset, source } = await openDataset(path, options);
      const problems = await checkSamples(dataset, { source, codec: sharpCodec(), signal: context.signal });
      const counts = new Map<string, number>();
      for (const { split, imageLabel, defect } of dataset.samples) {
        const key = [split ?? 'no split', imageLabel, defect ?? ''].join('\t');
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      const rows = [...counts].map(([key, images]) => {
        const [split = '', label = '', defect = ''] = key.split('\t');
        return { split, label, defect, images };
      });
      if (options.json === true) {
        printJson({ images: dataset.samples.length, counts: rows, problems });
      } else {
        printTable(
          ['split', 'label', 'defect', 'images'],
          rows.map((r) => [r.split, r.label, r.defect, r.images]),
        );
        for (const { message } of problems) process.stdout.write(`problem: ${message}\n`);
        process.stdout.write(problems.length === 0 ? 'no problems found\n' : `${problems.length} problems\n`);
      }
      if (problems.some(({ severity }) => severity === 'error')) context.setExitCode(exitCodes.failure);
    });
}
