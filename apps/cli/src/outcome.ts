/** Exit codes and what a failure looks like on stderr. */
import { ExtractorError, ExtractorHashError } from '@oddpixel/initial-models';
import { BackendUnavailableError, OddpixelError } from '@oddpixel/model-core/contract';

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

/** One or two lines for a person. A stack trace is shown only for errors that we did not foresee. */
export function describeError(error: unknown): string {
  if (error instanceof UsageError) return `error: ${error.message}`;
  if (error instanceof BackendUnavailableError) {
    const { backend, reason } = error.details;
    return `error: ${backend} is not available: ${reason}. Use --device auto or cpu; oddpixel devices tells more.`;
  }
  if (error instanceof OddpixelError) return `error: ${error.message}`;
  if (error instanceof ExtractorError) {
    const isMissing = /^https?:/.test(error.details.url) && !(error instanceof ExtractorHashError);
    return `error: ${error.message}${isMissing ? '\nA downloaded file can also be given as --backbone FILE.' : ''}`;
  }
  if (error instanceof Error) {
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return `error: ${error.message}`;
    return `unexpected ${error.stack ?? error.message}\nPlease report this as a bug.`;
  }
  return `unexpected error: ${String(error)}`;
}
