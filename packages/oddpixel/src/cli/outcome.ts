/** Exit codes and what a failure looks like on stderr. */
import { BackboneError, BackboneHashError } from '@oddpixel/backbones';
import { BackendUnavailableError, OddpixelError, ParameterError } from '@oddpixel/contract';
import { messageInFlagWords, optionOfParameter } from './flag-words.ts';
import { printable } from './printable.ts';

export const exitCodes = { ok: 0, failure: 1, usage: 2, nok: 3, interrupted: 130 } as const;

/** The command was called wrongly: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What every command receives: cancellation by Ctrl-C, and a way to end with another exit code than 0. */
export interface CommandContext {
  readonly signal: AbortSignal;
  setExitCode(code: number): void;
}

/** Lines for a person. A stack trace is shown only for errors that we did not foresee. */
export function describeError(error: unknown): string[] {
  const [message, ...advice] = knownError(error) ?? [];
  if (message !== undefined) return [`error: ${message}`, ...advice];
  if (!(error instanceof Error)) return [`unexpected error: ${String(error)}`];
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return [`unexpected ${error.name}: ${error.message}`, ...frames, 'Please report this as a bug.'];
}

/** The same as one line, without the word error. */
export function reasonInOneLine(error: unknown): string {
  const known = knownError(error);
  return printable(known === undefined ? `unexpected ${String(error)}` : known.join(' '));
}

function knownError(error: unknown): string[] | undefined {
  if (error instanceof UsageError) return [error.message];
  if (error instanceof BackendUnavailableError) {
    const { backend, reason } = error.details;
    return [`${backend} is not available: ${reason}. Use --device auto or cpu; oddpixel devices shows why.`];
  }
  if (error instanceof BackboneError) {
    const isMissing = /^https?:/.test(error.details.url) && !(error instanceof BackboneHashError);
    return [error.message, ...(isMissing ? ['A downloaded file can also be given as --backbone FILE.'] : [])];
  }
  if (error instanceof OddpixelError) return [messageInFlagWords(error)];
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? [(error as Error).message] : undefined;
}

/** What files need, or do not fit: the option may be right for other files. */
const foundInFiles: readonly string[] = ['sourceRange', 'resume'];

/** Whether the command was called wrongly. A wrong value of a parameter that no option sets is not the caller's doing. */
export function isUsage(error: unknown): boolean {
  if (error instanceof ParameterError) {
    const { name } = error.details;
    return Object.hasOwn(optionOfParameter, name) && !foundInFiles.includes(name);
  }
  return error instanceof UsageError;
}
