/** The worker's end of the protocol: starts jobs, cancels them, and sends what comes out. */
import { OddpixelError } from '@oddpixel/contract';
import type { JobName, Jobs, SentError, ToPage, ToWorker } from '../protocol.ts';

export interface JobContext<N extends JobName> {
  readonly signal: AbortSignal;
  progress(progress: Jobs[N]['progress']): void;
}

export type JobTable = {
  readonly [N in JobName]: (params: Jobs[N]['params'], context: JobContext<N>) => Promise<Jobs[N]['result']>;
};

/** The worker's own scope, of which the page's types know nothing. */
const scope = globalThis as unknown as {
  postMessage(message: ToPage): void;
  addEventListener(type: 'message', listener: (event: { readonly data: ToWorker }) => void): void;
};

export function sendToPage(message: ToPage): void {
  scope.postMessage(message);
}

export function serveJobs(table: JobTable): void {
  const running = new Map<number, AbortController>();
  const start = async <N extends JobName>(id: number, job: N, params: Jobs[N]['params']): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const context: JobContext<N> = {
        signal: controller.signal,
        progress: (progress) => sendToPage({ kind: 'progress', id, progress }),
      };
      const result = await (table[job] as JobTable[N])(params, context);
      sendToPage({ kind: 'result', id, result });
    } catch (error) {
      sendToPage({ kind: 'error', id, error: toSent(error) });
    } finally {
      running.delete(id);
    }
  };
  scope.addEventListener('message', ({ data }) => {
    if (data.kind === 'cancel') running.get(data.id)?.abort();
    else void start(data.id, data.job, data.params as Jobs[typeof data.job]['params']);
  });
}

function toSent(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message } = error;
  return { name, message, code: error instanceof OddpixelError ? error.code : undefined };
}
