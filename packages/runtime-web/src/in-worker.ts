/** A backend in a Web Worker: loading and running models never stops the page, and each worker has its own engine. */
import type { Backend, BackendFactory } from '@oddpixel/contract';
import { workerChannel } from '@oddpixel/remote';
import { openChannelBackend, recoveringBackend, type MortalBackend } from '@oddpixel/runtime-ort';
import type { EngineOptions } from './engine.ts';
import type { PowerPreference } from './gpu.ts';

export interface WorkerOptions extends EngineOptions {
  readonly device: 'webgpu' | 'wasm';
  readonly powerPreference?: PowerPreference;
  /** `webgpu`: refuses models of which the engine would compute any node on the CPU. */
  readonly strict?: boolean;
  /**
   * Makes the worker, for bundlers or pages that do not find it by themselves: a module worker that runs
   * `@oddpixel/runtime-web/worker`.
   */
  readonly createWorker?: () => Worker;
  /** Called when the worker has ended by itself. The next run starts another one. */
  readonly onWorkerLost?: (reason: string) => void;
}

/**
 * Feeds are copied once, outputs are handed over without a copy, device tensors stay in the worker. If the worker ends,
 * the next run starts another one and loads its model there; only tensors that were kept in the first are gone. A run
 * that was on the way is repeated once.
 */
export function inWorker({
  createWorker = defaultWorker,
  onWorkerLost: onLost,
  ...options
}: WorkerOptions): BackendFactory {
  const name = `ort-web:${options.device}:worker`;
  const openOne = async (signal: AbortSignal | undefined): Promise<MortalBackend> => {
    const { wasmUrl } = options;
    // The worker's own address is another one than the page's.
    const absolute = wasmUrl === undefined ? {} : { wasmUrl: new URL(wasmUrl, location.href).href };
    const channel = workerChannel(createWorker());
    const backend = await openChannelBackend(channel, { name, options: { ...options, ...absolute }, signal });
    const { lost = new Promise<never>(() => {}) } = backend;
    // After an error that nobody caught it is still there, with an engine that nobody can reach.
    void lost.then(() => backend.dispose());
    return { backend, lost };
  };
  return {
    name,
    async open(signal): Promise<Backend> {
      signal?.throwIfAborted();
      let first: AbortSignal | undefined = signal;
      const open = (): Promise<MortalBackend> => {
        const opening = openOne(first);
        // Later workers are started by runs, which this signal does not stop.
        first = undefined;
        return opening;
      };
      return recoveringBackend({ open, onLost });
    },
  };
}

function defaultWorker(): Worker {
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
}
