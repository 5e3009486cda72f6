/** The engine without the product, which has loaded it before: the same files, the same threads. */
import type * as Ort from 'onnxruntime-web/wasm';

/**
 * @param threads those of the product's backend.
 * @throws Error if the page has another engine than the product.
 */
export async function bareEngine(threads: number): Promise<typeof Ort> {
  const engine = await import('onnxruntime-web/wasm');
  // In a worker, the product's is that of the worker: here it is the first one.
  engine.env.wasm.numThreads ??= threads;
  if (engine.env.wasm.numThreads !== threads) throw new Error('the bare engine has other threads');
  return engine;
}
