/** The sides whose speed is compared. Each takes a number of images and returns milliseconds per image. */
import type * as Ort from 'onnxruntime-web/wasm';
import { rasterFrom } from '@oddpixel/runtime-web';
import { preprocessParamsFromModel, preprocessRaster } from '@oddpixel/preprocess';
import { bareEngine } from './bare-engine.ts';
import {
  checkResult,
  draw,
  fetchBytes,
  inspectOne,
  inspectStream,
  openBackend,
  openSubject,
  type Subject,
} from './subject.ts';

type Measure = (count: number) => Promise<number>;

/** Images per run of the bare session. */
const bareBatches = [1, 4, 8] as const;

export interface OpenedSides {
  readonly sides: Readonly<Record<string, Measure>>;
  readonly threads: number;
  dispose(): Promise<void>;
}

export async function openSides(model: string, images: readonly string[]): Promise<OpenedSides> {
  const inPage = await openSubject(model, images, await openBackend('wasm', 'page'));
  const inWorker = await openSubject(model, images, await openBackend('wasm', 'worker'));
  const { threads } = inPage.backend.capabilities;
  const ort = await bareEngine(threads);
  const session = await ort.InferenceSession.create(await fetchBytes(model), {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
  });
  const image = await firstTensor(inPage);
  return {
    threads,
    sides: {
      ...Object.fromEntries(bareBatches.map((batch) => [`bare ${batch}`, bare(ort, session, image, batch)])),
      'inspect in page': timed(() => inspected(inPage)),
      'inspect in worker': timed(() => inspected(inWorker)),
      'stream in page': whole((count) => inspectStream(inPage, count)),
      'stream in worker': whole((count) => inspectStream(inWorker, count)),
      'live in page': timed(() => shown(inPage)),
      'live in worker': timed(() => shown(inWorker)),
    },
    async dispose() {
      await session.release();
      for (const { inspector, backend } of [inPage, inWorker]) {
        await inspector.dispose();
        await backend.dispose();
      }
    },
  };
}

async function firstTensor({ inspector, next }: Subject): Promise<{ data: Float32Array; dims: number[] }> {
  const params = preprocessParamsFromModel(inspector.model.manifest);
  const { image } = preprocessRaster(await rasterFrom(next()), params);
  return { data: image.data, dims: [...image.dims] };
}

function bare(
  ort: typeof Ort,
  session: Ort.InferenceSession,
  { data, dims }: { data: Float32Array; dims: number[] },
  batch: number,
): Measure {
  const values = new Float32Array(batch * data.length);
  for (let i = 0; i < batch; i++) values.set(data, i * data.length);
  const image = new ort.Tensor('float32', values, [batch, ...dims]);
  return whole(async (count) => {
    for (let done = 0; done < count; done += batch) await session.run({ image });
  }, batch);
}

async function inspected(subject: Subject): Promise<void> {
  checkResult(await inspectOne(subject));
}

async function shown(subject: Subject): Promise<void> {
  const result = await inspectOne(subject);
  checkResult(result);
  draw(subject, result);
}

function timed(one: () => Promise<void>): Measure {
  return whole(async (count) => {
    for (let i = 0; i < count; i++) await one();
  });
}

/** @param multiple counts are rounded up to that. */
function whole(all: (count: number) => Promise<void>, multiple = 1): Measure {
  return async (count) => {
    const images = multiple * Math.ceil(count / multiple);
    const started = performance.now();
    await all(images);
    return (performance.now() - started) / images;
  };
}
