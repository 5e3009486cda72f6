import { Command } from 'commander';
import { defaultImageLimits } from '@oddpixel/contract';
import { writeModel } from '@oddpixel/model-core';
import { readFileBounded, sharpCodec, writeFileAtomic } from '@oddpixel/runtime-node';
import { addImages } from '@oddpixel/workflow';
import { imageFiles, openModel } from '../data.ts';
import { acceptDamagedOption, type AcceptDamaged } from '../accept-damaged.ts';
import { deviceOption, openDevice, threadsOption, type DeviceName } from '../devices.ts';
import { imageLimits, withLimitOptions, type LimitOptions } from '../image-limits.ts';
import { withModelNamed } from '../model-errors.ts';
import type { CommandContext } from '../outcome.ts';
import { counted, printJson, printLines } from '../output.ts';
import { probeFile } from '../output-probes.ts';
import { createProgress, sayRemarks } from '../progress.ts';

interface AddOptions extends AcceptDamaged, LimitOptions {
  out: string;
  device: DeviceName;
  threads?: number;
  json?: boolean;
}

/** `oddpixel add MODEL IMAGE… --out MODEL2`: accept images as good without training again. */
export function addCommand(context: CommandContext): Command {
  const command = new Command('add')
    .description(
      'accept images as good without retraining: scores can only fall, so thresholds stay safe (memory head)',
    )
    .argument('<model>', 'model file')
    .argument('<images...>', 'image files, or folders of them')
    .requiredOption('--out <file>', 'model file to write; may be the input file')
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(acceptDamagedOption())
    .option('--json', 'print one JSON document')
    .action(async (modelPath: string, paths: string[], options: AddOptions) => {
      const { signal } = context;
      const model = await openModel(modelPath);
      await probeFile(options.out, '--out');
      const files = await imageFiles(paths);
      const codec = sharpCodec({ acceptDamaged: options.acceptDamaged });
      const progress = createProgress();
      const backend = await openDevice(options.device, progress, {
        signal,
        threads: options.threads,
      });
      const limits = imageLimits(options);
      const { maxFileBytes: maxBytes } = limits ?? defaultImageLimits;
      const images = files.map((name) => ({
        name,
        read: () => readFileBounded(name, { maxBytes, limitName: '--max-file-size' }),
      }));
      try {
        const {
          model: grown,
          rowsAdded,
          remarks,
        } = await withModelNamed(modelPath, () =>
          addImages(model, images, {
            backend,
            codec,
            limits,
            signal,
            onProgress: ({ done, total }) => progress.update('images', done, total),
          }),
        );
        await writeFileAtomic(options.out, writeModel(grown), { signal });
        progress.end();
        sayRemarks(progress, remarks);
        if (options.json === true)
          printJson({ model: options.out, images: files.length, rowsAdded, remarks });
        else
          printLines(
            `${options.out}: ${counted(files.length, 'image')} accepted, ${counted(rowsAdded, 'row')} added`,
          );
      } finally {
        progress.end();
        await backend.dispose();
      }
    });
  return withLimitOptions(command);
}
