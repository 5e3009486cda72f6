import type { Backend, BackendFactory } from './backend.ts';
import { BackendUnavailableError } from './errors.ts';

export interface BackendSelection {
  readonly backend: Backend;
  /** The factories tried before, each with the reason why it could not be used. Show it to the user. */
  readonly rejected: readonly { readonly name: string; readonly error: BackendUnavailableError }[];
}

/**
 * Opens the first backend that works. Falls through on `BackendUnavailableError` only; any other error is rethrown.
 *
 * @throws BackendUnavailableError when none works; its `cause` is an AggregateError with every reason.
 */
export async function selectBackend(
  factories: readonly BackendFactory[],
  signal?: AbortSignal,
): Promise<BackendSelection> {
  const rejected: { name: string; error: BackendUnavailableError }[] = [];
  for (const factory of factories) {
    try {
      return { backend: await factory.open(signal), rejected };
    } catch (error) {
      if (!(error instanceof BackendUnavailableError)) throw error;
      rejected.push({ name: factory.name, error });
    }
  }
  throw new BackendUnavailableError(
    {
      backend: factories.map((factory) => factory.name).join(', ') || 'none given',
      reason: rejected.map(({ error }) => error.details.reason).join('; ') || 'no factory was given',
      fix: 'Add a backend that works everywhere, such as cpu(), to the end of the list.',
    },
    { cause: new AggregateError(rejected.map(({ error }) => error)) },
  );
}
