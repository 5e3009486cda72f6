/** The worker thread behind `inWorker`. */
import { parentPort } from 'node:worker_threads';
import type { Channel } from '@oddpixel/remote';
import { serveBackend } from '@oddpixel/runtime-ort';
import { cpu, type CpuOptions } from './backends.ts';

const channel: Channel = {
  post: (message, transfer) => parentPort?.postMessage(message, transfer),
  onMessage: (listener) => parentPort?.on('message', listener),
  close: () => Promise.resolve(parentPort?.close()),
};

serveBackend(channel, (options, signal) => cpu(options as CpuOptions).open(signal));
