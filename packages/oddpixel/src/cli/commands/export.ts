import { Command } from 'commander';
import { thresholdParameters } from '@oddpixel/contract';
import { exportStandalone } from '@oddpixel/model-core/interop';
import { writeModel } from '@oddpixel/model-core';
import { writeFileAtomic } from '@oddpixel/runtime-node';
import { withManualThresholds } from '@oddpixel/workflow';
import { openModel } from '../data.ts';
import { UsageError, type CommandContext } from '../outcome.ts';
import { printJson, printLines } from '../output.ts';
import { probeFile } from '../output-probes.ts';
import { numberIn } from '../parameter-options.ts';

interface ExportOptions {
  out: string;
  standalone?: boolean;
  threshold?: number;
  json?: boolean;
}

/** `oddpixel export MODEL`: a file for integrators, or the same model with another threshold. */
export function exportCommand({ signal }: CommandContext): Command {
  return new Command('export')
    .description('write a model that takes raw pixels (--standalone), or change its threshold')
    .argument('<model>', 'model file')
    .requiredOption('--out <file>', 'the file to write')
    .option(
      '--standalone',
      'write a model that takes raw 8-bit RGB pixels and returns map, score, verdict and mask on any ONNX Runtime',
    )
    .option(
      '--threshold <t>',
      'new threshold; scores at or above it are nok',
      numberIn('--threshold', thresholdParameters.classification),
    )
    .option('--json', 'print one JSON document')
    .action(async (path: string, options: ExportOptions) => {
      const { out, standalone = false, threshold } = options;
      if (!standalone && threshold === undefined) {
        throw new UsageError('export: give --standalone, --threshold, or both');
      }
      await probeFile(out, '--out');
      const model = await openModel(path);
      const bytes = standalone
        ? exportStandalone(model, threshold === undefined ? {} : { threshold })
        : writeModel(withManualThresholds(model, { classification: threshold as number }));
      await writeFileAtomic(out, bytes, { signal });
      if (options.json === true) printJson({ file: out, sizeBytes: bytes.length, standalone });
      else printLines(`${out}: ${(bytes.length / 1e6).toFixed(1)} MB`);
    });
}
