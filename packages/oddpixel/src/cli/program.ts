/** The command line: which commands there are, and how their outcome becomes an exit code. */
import { setMaxListeners } from 'node:events';
import { Command, CommanderError } from 'commander';
import { productVersion } from '@oddpixel/model-core/unstable';
import { addCommand } from './commands/add.ts';
import { datasetCommand } from './commands/dataset.ts';
import { demoCommand } from './commands/demo.ts';
import { devicesCommand } from './commands/devices.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exportCommand } from './commands/export.ts';
import { infoCommand } from './commands/info.ts';
import { predictCommand } from './commands/predict.ts';
import { trainCommand } from './commands/train.ts';
import { describeError, exitCodes, isUsage } from './outcome.ts';
import { printError } from './output.ts';
import { printable } from './printable.ts';

/**
 * Runs one command.
 *
 * @returns the exit code: 0 ok, 1 failure, 2 usage, 3 with `--fail-on-nok` and an image that is `nok`, 130 after Ctrl-C.
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  // Every run that waits in a queue listens: many are not a leak.
  setMaxListeners(0, interrupt.signal);
  // Once: without a listener the kernel ends the process at a second Ctrl-C, wherever its threads are. Files are written
  // to a temporary name first, so nothing is left half-written.
  const onInterrupt = (): void => {
    printError('Stopping after the current step; press Ctrl-C again to stop at once.');
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
    .description('Find anomalies in images: learn from good ones, score new ones.')
    .version(productVersion)
    .showHelpAfterError('(oddpixel --help lists commands and options)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput(output)
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
  ]) {
    command.showHelpAfterError(`(oddpixel ${command.name()} --help lists its options)`);
    program.addCommand(withOutput(command.exitOverride()));
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
      printError('Interrupted; nothing was left half-written.');
      return exitCodes.interrupted;
    }
    printError(...describeError(error));
    return isUsage(error) ? exitCodes.usage : exitCodes.failure;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

/** Arguments may come from `*` and so from names of files. */
const output = {
  outputError: (text: string, write: (text: string) => void): void => {
    // Commander's own hint is the only line that it adds.
    const [message, hint] = text.trimEnd().split(/\n(?=\(Did you mean )/);
    write(`${printable(message ?? '')}\n${hint === undefined ? '' : `${printable(hint)}\n`}`);
  },
};

function withOutput(command: Command): Command {
  for (const child of command.commands) withOutput(child);
  return command.configureOutput(output);
}
