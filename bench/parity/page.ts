/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/// <reference lib="dom.asynciterable" />
/** What runs in the browser. */
import { BackendUnavailableError } from '@oddpixel/contract';
import { browserCodec, wasm, webgpu } from '@oddpixel/runtime-web';
import { observe, type Order } from './observe.ts';
import type { Outcome } from './runtimes.ts';

declare global {
  interface Window {
    observeHere: (device: 'wasm' | 'webgpu', order: Order) => Promise<Outcome>;
  }
}

window.observeHere = async (device, order) => {
  try {
    const backend = await (device === 'wasm' ? wasm() : webgpu()).open();
    const observations = await observe(order, backend, browserCodec());
    await backend.dispose();
    return { observations };
  } catch (error) {
    if (!(error instanceof BackendUnavailableError)) throw error;
    return { skipped: error.message };
  }
};
