/** What happens if nothing reads what the command prints. */
import { exitCodes } from './outcome.ts';
import { printError } from './output.ts';

/**
 * A reader that has had enough, such as `head`, is not a failure: the work continues silently. Anything else that
 * hinders stdout, such as a full disk behind `>`, ends in exit code 1 and a line on stderr.
 */
export function guardStreams({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): void {
  let failed = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || failed) return;
    failed = true;
    printError(`error: cannot write the results: ${error.message}`);
  });
  stderr.on('error', () => undefined);
  process.on('exit', () => {
    if (failed && (process.exitCode ?? exitCodes.ok) === exitCodes.ok) process.exitCode = exitCodes.failure;
  });
}
