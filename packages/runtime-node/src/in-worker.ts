/**
 * A backend on a thread of its own. The engine blocks the thread that calls it while a graph runs; a server, or a
 * program that decodes images meanwhile, keeps its own thread free by letting a worker make the calls.
 */
import { Worker } from 'node:worker_threads';
import type { Backend, BackendFactory } from '@oddpixel/contract';
import type { Channel } from '@oddpixel/remote';
import { openChannelBackend, poolBackend } from '@oddpixel/runtime-ort';
import type { CpuOptions } from './backends.ts';
import { builtFile } from './built-file.ts';
import { disableEngineTelemetry } from './engine.ts';

export interface WorkerBackendOptions extends CpuOptions {
  readonly device: 'cpu';
}

/**
 * The backend of a device in a worker thread. Feeds are copied once, outputs are handed over without a copy. A thread
 * that ends is started again: only what was running on it fails, with a BackendError.
 */
export function inWorker(options: WorkerBackendOptions): BackendFactory {
  const { name, open } = oneWorker(options);
  return {
    name,
    async open(signal): Promise<Backend> {
      return poolBackend(name, [await open(signal)], { reopen: () => open() });
    },
  };
}

/** The same on one thread: its end, which `lost` tells, is the backend's end. */
export function oneWorker({ device, ...options }: WorkerBackendOptions): BackendFactory {
  const name = `ort-node:${device}:worker`;
  return {
    name,
    async open(signal): Promise<Backend> {
      signal?.throwIfAborted();
      // The worker's own environment is a copy that the engine never sees.
      disableEngineTelemetry();
      return openChannelBackend(workerChannel(), { name, options, signal });
    },
  };
}

function workerChannel(): Channel {
  // Flags of the main thread, such as loaders, are not meant for the worker.
  const worker = new Worker(builtFile('worker.js'), { execArgv: [] });
  // An idle backend does not keep the program from ending.
  worker.unref();
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: (listener) => worker.on('message', listener),
    onClose(listener): void {
      worker.on('error', (cause) => listener(`its thread ended with an error: ${cause.message}`, cause));
      worker.on('messageerror', (cause) => listener('it sent a message that cannot be read here', cause));
      worker.on('exit', () => listener('its thread has ended'));
    },
    onBusy: (busy) => (busy ? worker.ref() : worker.unref()),
    async close(): Promise<void> {
      await worker.terminate();
    },
  };
}
