/** Errors of a backend at the other end of a channel, as that backend would have thrown them here. */
import { BackendError, OddpixelError } from '@oddpixel/contract';
import { ConnectionClosedError, RemoteError } from '@oddpixel/remote';

/** @param backend its name at this end. */
export function ownError(backend: string, error: unknown): OddpixelError {
  if (error instanceof ConnectionClosedError) return noAnswer(backend, error.details.reason, error.cause);
  if (!(error instanceof OddpixelError) || error instanceof RemoteError)
    return noAnswer(backend, error instanceof Error ? error.message : String(error), error);
  const { details, cause } = error;
  if (!('backend' in details)) return error;
  const errorClass = error.constructor as new (details: object, options: ErrorOptions) => OddpixelError;
  return new errorClass({ ...details, backend }, { cause });
}

function noAnswer(backend: string, reason: string, cause: unknown): BackendError {
  return new BackendError({ backend, operation: 'answer', reason }, { cause });
}
