import { Command } from 'commander';
import type { ModelManifest } from '@oddpixel/contract';
import { describeStatement } from '@oddpixel/eval/report';
import { openModelFile, type Integrity } from '../data.ts';
import type { CommandContext } from '../outcome.ts';
import { counted, printJson, printLines } from '../output.ts';

/** `oddpixel info MODEL`: what a model file carries. */
export function infoCommand(_context: CommandContext): Command {
  return new Command('info')
    .description('show what a model file contains')
    .argument('<model>', 'model file')
    .option('--json', 'print the whole manifest')
    .action(async (path: string, options: { json?: boolean }) => {
      const { model, integrity } = await openModelFile(path);
      const { manifest, bytes } = model;
      if (options.json === true) printJson({ sizeBytes: bytes.length, integrity, manifest });
      else printLines(...describe(manifest, bytes.length, integrity));
    });
}

const unverified = 'unverified (written before files carried a hash, or by another tool)';

function describe(manifest: ModelManifest, sizeBytes: number, integrity: Integrity): string[] {
  const { preprocessing: p, head, backbone, training, calibration, thresholds } = manifest;
  const lines: [string, string][] = [
    ['size', `${(sizeBytes / 1e6).toFixed(1)} MB`],
    ['integrity', integrity === 'verified' ? integrity : unverified],
    ['made by', `oddpixel ${manifest.productVersion}`],
    [
      'input',
      `${p.imageWidth}×${p.imageHeight}, ${p.imageNumChannels} channels, ${p.imageRangeMin}..${p.imageRangeMax}, normalization ${p.normalizationType}, ${p.domainHandling}`,
    ],
  ];
  if (backbone) lines.push(['backbone', `${backbone.id} (${backbone.outputs.join(', ')})`]);
  if (head) {
    const parameters = Object.entries(head.parameters).map(([name, value]) => `${name} ${value}`);
    lines.push([
      'head',
      `${head.type}, ${head.gridWidth}×${head.gridHeight} patches of ${head.featureDims} features; ${parameters.join(', ')}`,
    ]);
  } else if (manifest.modelType === 'anomaly') {
    lines.push(['head', 'none: an initial model, not trained yet']);
  }
  if (training) {
    const figures = Object.entries(training.figures).map(([name, value]) => `${name} ${rounded(value)}`);
    lines.push([
      'training',
      `${counted(training.imageCount, 'image')}, seed ${training.seed}; ${figures.join(', ')}`,
    ]);
  }
  if (calibration) {
    lines.push([
      'calibration',
      `${counted(calibration.referenceScores.length, 'reference score')} (${calibration.source})${calibration.stale === true ? ', stale: images were added since' : ''}`,
    ]);
  }
  if (thresholds) {
    lines.push([
      'thresholds',
      `score ${rounded(thresholds.classification)} (${thresholds.classificationMethod}), map ${rounded(thresholds.segmentation)} (${thresholds.segmentationMethod})`,
    ]);
    if (thresholds.statement) lines.push(['promise', describeStatement(thresholds.statement)]);
  }
  return lines.map(([name, text]) => `${name.padEnd(12)} ${text}`);
}

/** Five significant digits; `--json` has them all. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}
