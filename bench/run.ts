/** `pnpm bench NAME`: runs one measurement. */
import { tell } from './shared/report.ts';

type Measurement = (args: readonly string[]) => Promise<void>;

const measurements: Readonly<Record<string, Measurement>> = {
  'training-step': async (args) => (await import('./training-step.ts')).benchTrainingStep(args),
  heads: async (args) => (await import('./heads.ts')).benchHeads(args),
  backbones: async (args) => (await import('./backbones.ts')).benchBackbones(args),
  gpu: async (args) => (await import('./gpu.ts')).benchGpu(args),
  parity: async (args) => (await import('./parity.ts')).benchParity(args),
  browser: async (args) => (await import('./browser.ts')).benchBrowser(args),
  predict: async (args) => (await import('./predict.ts')).benchPredict(args),
  train: async (args) => (await import('./train.ts')).benchTrain(args),
};

const [name = '', ...args] = process.argv.slice(2);
const measurement = Object.hasOwn(measurements, name) ? measurements[name] : undefined;
if (measurement === undefined) {
  tell(`Expected the name of a measurement: ${Object.keys(measurements).join(', ')}. See bench/README.md.`);
  process.exitCode = 2;
} else {
  await measurement(args);
}
