/** The Web Worker behind `inWorker`. Importing it starts it. */
import { ownerChannel } from '@oddpixel/remote';
import { serveBackend } from '@oddpixel/runtime-ort';
import { wasm, webgpu } from './backends.ts';
import type { WorkerOptions } from './in-worker.ts';

serveBackend(ownerChannel(), (given, signal) => {
  const { device, ...options } = given as Omit<WorkerOptions, 'createWorker' | 'onWorkerLost'>;
  return (device === 'webgpu' ? webgpu(options) : wasm(options)).open(signal);
});
