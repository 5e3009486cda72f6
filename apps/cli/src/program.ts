/** The command line: which commands there are, and how their outcome becomes an exit code. */
import { setMaxListeners } from 'node:events';
import { Command, CommanderError } from 'commander';
import { ParameterError } from '@oddpixel/model-core/contract';
import { productVersion } from '@oddpixel/model-core/train';
import { addCommand } from './commands/add.ts';
import { benchCommand } from './commands/bench.ts';
import { datasetCommand } from './commands/dataset.ts';
import { demoCommand } from './commands/demo.ts';
import { devicesCommand } from './commands/devices.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exportCommand } from './commands/export.ts';
import { infoCommand } from './commands/info.ts';
import { predictCommand } from './commands/predict.ts';
import { trainCommand } from './commands/train.ts';
import { describeError, exitCodes, UsageError } from './outcome.ts';

/**
 * Runs one command.
 *
 * @returns the exit code: 0 ok, 1 failure, 2 usage, 3 with `--fail-on-nok` and an image that is `nok`, 130 after Ctrl-C.
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  // Every run that waits in a queue listens: many are no leak.
  setMaxListeners(0, interrupt.signal);
  const onInterrupt = (): void => {
    // A second Ctrl-C ends at once; files are written to a temporary name first, so nothing is left half-written.
    process.once('SIGINT', () => process.exit(exitCodes.interrupted));
    interrupt.abort(new DOMException('Interrupted.', 'AbortError'));
  };
  process.once('SIGINT', onInterrupt);
  let exitCode: number = exitCodes.ok;
  const context = {
    signal: interrupt.signal,
    setExitCode: (code: number): void => {
      exitCode = code;
    },
  };
  const program = new Command('oddpixel')
    .description('Find what deviates in images: learn from good ones, score new ones.')
    .version(productVersion)
    .showHelpAfterError('(oddpixel --help lists commands and options)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  for (const command of [
    demoCommand(context),
    datasetCommand(context),
    trainCommand(context),
    evaluateCommand(context),
    predictCommand(context),
    addCommand(context),
    infoCommand(context),
    exportCommand(context),
    devicesCommand(context),
    benchCommand(context),
  ]) {
    command.showHelpAfterError(`(oddpixel ${command.name()} --help lists its options)`);
    program.addCommand(command.exitOverride());
  }
  try {
    if (args.length === 0) {
      program.outputHelp();
      return exitCodes.usage;
    }
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has already printed its message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (interrupt.signal.aborted) {
      process.stderr.write('Interrupted; nothing was left half-written.\n');
      return exitCodes.interrupted;
    }
    process.stderr.write(`${describeError(error)}\n`);
    return isUsage(error) ? exitCodes.usage : exitCodes.failure;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

/** Parameters that options of commands set; a wrong value of any other one is not the caller's mistake. */
const parametersOfOptions: readonly string[] = [
  'imageWidth',
  'imageHeight',
  'numRows',
  'covariance',
  'shrinkage',
  'scoreMethod',
  'standardDeviationFactor',
  'falseAlarmRate',
  'seed',
  'threads',
  'batchSize',
  'tileWidth',
  'tileHeight',
  'overlap',
  'train + validation',
];

function isUsage(error: unknown): boolean {
  if (error instanceof ParameterError) return parametersOfOptions.includes(error.details.name);
  return error instanceof UsageError;
}
