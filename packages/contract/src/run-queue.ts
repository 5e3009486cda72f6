/**
 * A serial queue with the contract's rules for order and cancellation: what a backend needs around the call
 * that really runs a graph. One queue per device, shared by its sessions' `run` and its tensors' `read`.
 */

export interface RunQueueOptions<T> {
  readonly signal?: AbortSignal | undefined;
  /** Receives a result that nobody will get because the signal was aborted meanwhile: release its memory here. */
  readonly discard?: (value: T) => void;
}

export interface RunQueue {
  /**
   * Runs `task` after every task given before it has settled; a failed task does not stop the next.
   * Already aborted, or aborted while waiting: rejects at once with the signal's reason and `task` never starts.
   * Aborted while `task` runs: rejects with the reason when `task` settles.
   */
  run<T>(task: () => T | Promise<T>, options?: RunQueueOptions<T>): Promise<T>;
}

export function createRunQueue(): RunQueue {
  let lastTask: Promise<void> = Promise.resolve();
  return {
    run<T>(task: () => T | Promise<T>, { signal, discard }: RunQueueOptions<T> = {}): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        const aborted = (): boolean => signal?.aborted === true;
        const rejectWithReason = (): void => reject(signal?.reason);
        if (aborted()) return rejectWithReason();
        // Rejecting a promise that is settled does nothing, so an abort in mid-run must not be heard here.
        signal?.addEventListener('abort', rejectWithReason, { once: true });

        lastTask = lastTask.then(async () => {
          if (aborted()) return;
          signal?.removeEventListener('abort', rejectWithReason);
          try {
            const value = await task();
            if (!aborted()) return resolve(value);
            rejectWithReason();
            discard?.(value);
          } catch (error) {
            reject(aborted() ? signal?.reason : error);
          }
        });
      });
    },
  };
}
