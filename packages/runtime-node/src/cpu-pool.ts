/** The CPU as a pool of single-threaded engines, each on a thread of its own. */
import { DisposedError, type Backend, type BackendFactory, type Session } from '@oddpixel/contract';
import { poolBackend } from '@oddpixel/runtime-ort';
import { cpu, cpuThreads, type CpuOptions } from './backends.ts';
import { oneWorker } from './in-worker.ts';

/**
 * One single-threaded engine per thread, for throughput: many images are decoded and inspected side by side, and the
 * main thread stays free. Sessions that are asked `oneByOne` run on an engine of all threads beside them instead,
 * which blocks the caller: there each run waits for the one before, so that other engines would be idle.
 * Deterministic. A thread that ends is started again: only what was running on it fails, with a BackendError.
 *
 * @throws ParameterError for a number of threads below 1.
 */
export function cpuPool(options: CpuOptions = {}): BackendFactory {
  const threads = cpuThreads(options.threads);
  const name = 'ort-node:cpu:pool';
  return {
    name,
    async open(signal): Promise<Backend> {
      const pool = poolBackend(name, await openWorkers(threads, signal), { reopen: () => worker().open() });
      let together: Promise<Backend> | undefined;
      let disposed = false;
      return {
        name,
        capabilities: pool.capabilities,
        async createSession(model, sessionOptions = {}): Promise<Session> {
          if (disposed) throw new DisposedError({ what: `Backend \`${name}\`` });
          if (sessionOptions.oneByOne !== true) return pool.createSession(model, sessionOptions);
          together ??= cpu({ threads }).open();
          // After a failure the next session tries again.
          together.catch(() => (together = undefined));
          return (await together).createSession(model, sessionOptions);
        },
        async dispose(): Promise<void> {
          disposed = true;
          const beside = await together?.catch(() => undefined);
          await Promise.all([pool.dispose(), beside?.dispose()]);
        },
      };
    },
  };
}

/** One member. */
function worker(): BackendFactory {
  return oneWorker({ device: 'cpu', threads: 1 });
}

/** All workers or, after an error, none. */
async function openWorkers(count: number, signal: AbortSignal | undefined): Promise<Backend[]> {
  const opening = Array.from({ length: count }, () => worker().open(signal));
  const outcomes = await Promise.allSettled(opening);
  const workers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure === undefined) return workers;
  await Promise.all(workers.map((worker) => worker.dispose()));
  throw failure.reason;
}
