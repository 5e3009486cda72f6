/** What options are called that set parameters. */
import type { ParameterSchema } from '@oddpixel/contract';

/** Options that are not called as their parameter is. */
const shortFlags: Readonly<Record<string, string>> = {
  numRows: 'rows',
  maxNumEpochs: 'epochs',
  scoreMethod: 'score',
  batchSize: 'batch',
  bootstrapSamples: 'bootstrap',
};

/** The option that sets a parameter, for example `--false-alarm-rate`. */
export function flagOf(name: string): string {
  return `--${shortFlags[name] ?? name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Which options set which parameters. */
export function flagsOf(schema: ParameterSchema): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(schema).map((name) => [name, flagOf(name)]));
}
