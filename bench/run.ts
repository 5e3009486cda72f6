/** `pnpm bench NAME`: runs one measurement. `predict` and `train` are those of the command line (`oddpixel bench`). */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { tell } from './shared/report.ts';

type Measurement = (args: readonly string[]) => Promise<void>;

function commandLine(name: string): Measurement {
  const script = fileURLToPath(new URL('../tools/oddpixel.mjs', import.meta.url));
  return (args) => {
    const run = spawnSync(process.execPath, [script, 'bench', name, ...args], { stdio: 'inherit' });
    process.exitCode = run.status ?? 1;
    return Promise.resolve();
  };
}

const measurements: Readonly<Record<string, Measurement>> = {
  'training-step': async (args) => (await import('./training-step.ts')).benchTrainingStep(args),
  heads: async (args) => (await import('./heads.ts')).benchHeads(args),
  extractors: async (args) => (await import('./extractors.ts')).benchExtractors(args),
  gpu: async (args) => (await import('./gpu.ts')).benchGpu(args),
  parity: async (args) => (await import('./parity.ts')).benchParity(args),
  browser: async (args) => (await import('./browser.ts')).benchBrowser(args),
  predict: commandLine('predict'),
  train: commandLine('train'),
};

const [name = '', ...args] = process.argv.slice(2);
const measurement = Object.hasOwn(measurements, name) ? measurements[name] : undefined;
if (measurement === undefined) {
  tell(`Expected the name of a measurement: ${Object.keys(measurements).join(', ')}. See bench/README.md.`);
  process.exitCode = 2;
} else {
  await measurement(args);
}
