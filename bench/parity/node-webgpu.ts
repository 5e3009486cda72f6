/**
 * WebGPU in Node: an order on stdin, the outcome as JSON on stdout. A process of its own, since drivers are chosen by
 * the environment that it starts with.
 */
import { text } from 'node:stream/consumers';
import { BackendUnavailableError } from '@oddpixel/contract';
import { sharpCodec, webgpu } from '@oddpixel/runtime-node';
import { observe, type Order } from './observe.ts';
import type { Outcome } from './runtimes.ts';

async function outcome(order: Order): Promise<Outcome> {
  try {
    const backend = await webgpu().open();
    const observations = await observe(order, backend, sharpCodec());
    await backend.dispose();
    return { observations };
  } catch (error) {
    if (!(error instanceof BackendUnavailableError)) throw error;
    return { skipped: error.message };
  }
}

const order = JSON.parse(await text(process.stdin)) as Order;
process.stdout.write(JSON.stringify(await outcome(order)));
