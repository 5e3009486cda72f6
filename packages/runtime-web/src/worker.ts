/** The Web Worker behind `inWorker`. Importing it starts it. */
import { serveBackend } from '@oddpixel/runtime-ort';
import { wasm, webgpu } from './backends.ts';
import type { WorkerOptions } from './in-worker.ts';

/** The worker's own scope, of which the page's types know nothing. */
const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
};

serveBackend(
  {
    post: (message, transfer) => scope.postMessage(message, transfer),
    onMessage: (listener) => scope.addEventListener('message', ({ data }) => listener(data)),
    close: () => Promise.resolve(),
  },
  (given) => {
    const { device, ...options } = given as Omit<WorkerOptions, 'createWorker'>;
    return (device === 'webgpu' ? webgpu(options) : wasm(options)).open();
  },
);
