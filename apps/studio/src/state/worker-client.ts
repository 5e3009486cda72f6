/** The page's end of the protocol: a job is a promise. */
import type { JobName, Jobs, Notice, SentError, ToPage, ToWorker } from '../protocol.ts';

interface CallOptions<N extends JobName> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Jobs[N]['progress']) => void;
}

export interface WorkerClient {
  /** @throws JobError; the signal's reason after a cancellation */
  call<N extends JobName>(
    job: N,
    params: Jobs[N]['params'],
    options?: CallOptions<N>,
  ): Promise<Jobs[N]['result']>;
  /** Ends the worker; jobs that run are never answered. */
  end(): void;
}

/** What went wrong in the worker. */
class JobError extends Error {
  readonly code: string | undefined;
  constructor({ name, message, code }: SentError) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: ((progress: unknown) => void) | undefined;
}

export function connectWorker(
  worker: Worker,
  { onNotice, onCrash }: { onNotice: (notice: Notice) => void; onCrash: (reason: string) => void },
): WorkerClient {
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  const post = (message: ToWorker, transfer: Transferable[] = []): void =>
    worker.postMessage(message, transfer);

  worker.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
    if (data.kind === 'notice') {
      onNotice(data.notice);
      return;
    }
    const job = waiting.get(data.id);
    if (job === undefined) return;
    if (data.kind === 'progress') {
      job.onProgress?.(data.progress);
      return;
    }
    waiting.delete(data.id);
    if (data.kind === 'result') job.resolve(data.result);
    else job.reject(new JobError(data.error));
  });
  worker.addEventListener('error', (event) => {
    const reason = event.message || 'its script could not be loaded';
    for (const job of waiting.values()) job.reject(new Error(`The worker stopped: ${reason}.`));
    waiting.clear();
    onCrash(reason);
  });

  return {
    call<N extends JobName>(
      job: N,
      params: Jobs[N]['params'],
      { signal, onProgress }: CallOptions<N> = {},
    ): Promise<Jobs[N]['result']> {
      signal?.throwIfAborted();
      const id = nextId++;
      const answer = new Promise<unknown>((resolve, reject) => {
        waiting.set(id, { resolve, reject, onProgress: onProgress as Waiting['onProgress'] });
        post({ kind: 'start', id, job, params }, transferable(params));
      });
      const cancel = (): void => post({ kind: 'cancel', id });
      signal?.addEventListener('abort', cancel);
      return answer.finally(() => signal?.removeEventListener('abort', cancel)) as Promise<Jobs[N]['result']>;
    },
    end: () => worker.terminate(),
  };
}

/** Pixels of a camera are handed over, not copied: nobody looks at them here again. */
function transferable(params: unknown): Transferable[] {
  if (typeof params !== 'object' || params === null || !('raster' in params)) return [];
  const { raster } = params as Jobs['live']['params'];
  return raster.data.buffer instanceof ArrayBuffer ? [raster.data.buffer] : [];
}
