/** `pnpm bench parity`: the same model and images in Node and in a browser, on CPU and WebGPU. How far apart are they? */
import { goldenNames } from './parity/golden.ts';
import { measureParity } from './parity/measure.ts';
import { modelSize } from './parity/model.ts';
import { describeMachine } from './shared/machine.ts';
import { isTinySize, readOptions } from './shared/options.ts';
import { printDocument, tell } from './shared/report.ts';
import { writeTable } from './parity/table.ts';

/** A few of each kind. */
const few: readonly string[] = [
  'PNG, RGB',
  'PNG, RGBA, semi-transparent',
  'PNG, RGB, 16 bits',
  'WebP, lossless',
  'TIFF, float',
  'JPEG, 4:2:0',
  'JPEG, orientation 6',
];

const write = '--write';

/** Leaves exit code 1 if a promise does not hold. @param args see the README. */
export async function benchParity(args: readonly string[]): Promise<void> {
  const options = readOptions(
    args.filter((arg) => arg !== write),
    ['sizes'],
  );
  const names = isTinySize(options.sizes) ? few : goldenNames;
  if (args.includes(write) && names !== goldenNames) throw new TypeError('--write: needs `--sizes full`');

  const machine = describeMachine();
  const parity = await measureParity(names, tell);
  for (const { name, differences } of parity.rows) {
    for (const [runtime, difference] of Object.entries(differences)) {
      if (!difference.isPromiseKept) tell(`${name}, ${runtime}: ${JSON.stringify(difference)}`);
    }
  }
  printDocument({ measurement: 'parity', machine, model: modelSize, ...parity });
  if (!parity.isPromiseKept) process.exitCode = 1;
  if (args.includes(write)) await writeTable(parity, machine);
}
