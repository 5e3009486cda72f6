/** The CPU as a pool of single-threaded engines, each on a thread of its own. */
import { poolBackend, type Backend, type BackendFactory } from '@oddpixel/model-core/contract';
import { cpuThreads, type CpuOptions } from './backends.ts';
import { inWorker } from './in-worker.ts';

/**
 * One single-threaded engine per thread, for throughput: many images are decoded and inspected side by side, and the
 * main thread stays free. A single run takes longer than on `cpu()`, which uses all threads for it. Deterministic,
 * whatever the number of threads.
 *
 * @throws ParameterError for a number of threads below 1.
 */
export function cpuPool({ threads }: CpuOptions = {}): BackendFactory {
  const engines = cpuThreads(threads);
  const name = 'ort-node:cpu:pool';
  return {
    name,
    async open(signal): Promise<Backend> {
      const opening = Array.from({ length: engines }, () =>
        inWorker({ device: 'cpu', threads: 1 }).open(signal),
      );
      const outcomes = await Promise.allSettled(opening);
      const members = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      const failure = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failure === undefined) return poolBackend(name, members);
      await Promise.all(members.map((member) => member.dispose()));
      throw failure.reason;
    },
  };
}
