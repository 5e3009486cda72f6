/** The inference engine without anything of ours: what speed is compared with. */
import type { InferenceSession } from 'onnxruntime-node';
import { disableEngineTelemetry } from '@oddpixel/runtime-node';

export interface BareSession {
  /** Runs `count` images in batches of one size, the same image again and again. `dims`: `[C, H, W]`. */
  imagesPerSecond(
    image: Float32Array,
    dims: readonly number[],
    batch: number,
    count: number,
  ): Promise<number>;
  dispose(): Promise<void>;
}

/** Opens a model with ONNX Runtime's CPU provider, all optimizations on. */
export async function bareSession(model: Uint8Array, threads?: number): Promise<BareSession> {
  disableEngineTelemetry();
  const ort = await import('onnxruntime-node');
  const options: InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  };
  // The engine refuses a number of threads that is present but undefined.
  if (threads !== undefined) options.intraOpNumThreads = threads;
  const session = await ort.InferenceSession.create(model, options);
  const [inputName = 'image'] = session.inputNames;
  return {
    async imagesPerSecond(image, dims, batch, count) {
      const data = new Float32Array(batch * image.length);
      for (let i = 0; i < batch; i++) data.set(image, i * image.length);
      const feeds = { [inputName]: new ort.Tensor('float32', data, [batch, ...dims]) };
      await session.run(feeds);
      const runs = Math.ceil(count / batch);
      const started = performance.now();
      for (let i = 0; i < runs; i++) await session.run(feeds);
      return (1000 * runs * batch) / (performance.now() - started);
    },
    dispose: () => session.release(),
  };
}

/** Batches that it is tried with: the best one counts. */
export const batchSizes: readonly number[] = [1, 4, 8];
