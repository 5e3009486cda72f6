/** A backend in a Web Worker: loading and running models never stops the page, and each worker has its own engine. */
import type { Backend, BackendFactory } from '@oddpixel/contract';
import { workerChannel } from '@oddpixel/remote';
import { openChannelBackend } from '@oddpixel/runtime-ort';
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
}

/** Feeds are copied once, outputs are handed over without a copy, device tensors stay in the worker. */
export function inWorker({ createWorker = defaultWorker, ...options }: WorkerOptions): BackendFactory {
  const name = `ort-web:${options.device}:worker`;
  return {
    name,
    async open(signal): Promise<Backend> {
      signal?.throwIfAborted();
      const { wasmUrl } = options;
      // The worker's own address is another one than the page's.
      const absolute = wasmUrl === undefined ? {} : { wasmUrl: new URL(wasmUrl, location.href).href };
      return openChannelBackend(workerChannel(createWorker()), {
        name,
        options: { ...options, ...absolute },
        signal,
      });
    },
  };
}

function defaultWorker(): Worker {
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
}
