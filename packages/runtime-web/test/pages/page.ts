/** What tests run in the browser: the built packages, as a page gets them. */
import { runCases } from '@oddpixel/conformance';
import { hostTensor, type BackendFactory, type Tensor } from '@oddpixel/contract';
import { GraphBuilder, mul, writeGraph } from '@oddpixel/graph';
import { small } from '@oddpixel/backbones/small';
import { writeModel } from '@oddpixel/model-core';
import { inWorker, rasterFrom, toImageData, wasm, webgpu } from '@oddpixel/runtime-web';
import { createInspector, type Inspector } from '@oddpixel/workflow';
import { countGpuBuffers, type GpuBuffers } from '../count-gpu-buffers.ts';
import { scoresOf, trainTiny, type HeadName } from '../tiny-training.ts';
import { example } from './readme.ts';

const factories: Readonly<Record<string, () => BackendFactory>> = {
  webgpu: () => webgpu(),
  wasm: () => wasm(),
  'webgpu in a worker': () => inWorker({ device: 'webgpu' }),
  'wasm in a worker': () => inWorker({ device: 'wasm' }),
};

/** What happened, in words that cross to the test. */
export interface Outcome {
  readonly passed: number;
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

function named(name: string): BackendFactory {
  const factory = factories[name];
  if (factory === undefined) throw new Error(`no backend ${name}`);
  return factory();
}

async function conformance(name: string): Promise<Outcome> {
  const { passed, failed, skipped } = await runCases(named(name));
  return {
    passed: passed.length,
    failed: failed.map(({ name: title, error }) => `${title}: ${error.message}`),
    skipped: skipped.map(({ name: title, reason }) => `${title}: ${reason}`),
  };
}

/** Every GPU device that the page was given from here on, so that a test can take one away. */
function recordDevices(): { destroy(): void }[] {
  const devices: { destroy(): void }[] = [];
  const prototype = Reflect.get(globalThis, 'GPUAdapter').prototype;
  const request = prototype.requestDevice;
  prototype.requestDevice = async function (...args: unknown[]): Promise<unknown> {
    const device = await request.apply(this, args);
    devices.push(device);
    return device;
  };
  return devices;
}

/** Takes the device away twice, once between runs and once while a tensor is kept on it. */
async function deviceLost(): Promise<Record<string, unknown>> {
  const devices = recordDevices();
  const reasons: string[] = [];
  const backend = await webgpu({ onDeviceLost: (reason) => reasons.push(reason) }).open();
  const g = new GraphBuilder();
  g.output('y', mul(g.input('x', 'float32', [2, 3]), 2));
  const model = writeGraph(g.build());
  const x = hostTensor('float32', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));
  const session = await backend.createSession(model);
  const keeping = await backend.createSession(model, { keepOnDevice: ['y'] });
  const values = async (): Promise<unknown> => {
    const { y } = await session.run({ x });
    return y !== undefined && 'data' in y ? [...(y.data as Float32Array)] : y;
  };
  const before = await values();
  devices.at(-1)?.destroy();
  const between = await values();
  const { y: kept } = await keeping.run({ x });
  devices.at(-1)?.destroy();
  const during = await values();
  const gone = await keeping.run({ x: kept as Tensor }).then(
    () => 'nothing was thrown',
    (error: unknown) => String(error),
  );
  await backend.dispose();
  return { before, between, during, gone, reasons: reasons.length, devices: devices.length };
}

/** Every worker that the page starts from here on, so that a test can end one. */
function recordWorkers(): Worker[] {
  const workers: Worker[] = [];
  globalThis.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      workers.push(this);
    }
  };
  return workers;
}

/** Ends the worker twice, once between runs and once while a run waits for its answer. */
async function workerLost(): Promise<Record<string, unknown>> {
  const workers = recordWorkers();
  const reasons: string[] = [];
  const end = (message: string): void => {
    workers.at(-1)?.terminate();
    workers.at(-1)?.dispatchEvent(new ErrorEvent('error', { message }));
  };
  const onWorkerLost = (reason: string): void => void reasons.push(reason);
  const backend = await inWorker({ device: 'wasm', onWorkerLost }).open();
  const g = new GraphBuilder();
  g.output('y', mul(g.input('x', 'float32', [2, 3]), 2));
  const session = await backend.createSession(writeGraph(g.build()));
  const x = hostTensor('float32', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));
  const values = async (): Promise<unknown> => {
    const { y } = await session.run({ x });
    return y !== undefined && 'data' in y ? [...(y.data as Float32Array)] : y;
  };
  const before = await values();
  end('out of memory');
  const between = await values();
  const running = values();
  setTimeout(() => end('an error that nobody caught'));
  const during = await running;
  const after = await values();
  await session.dispose();
  await backend.dispose();
  return { before, between, during, after, reasons, workers: workers.length };
}

/** A model that was trained here, its file as a binary string, and what it says here. */
async function train(
  name: string,
  head: HeadName,
): Promise<{ file: string; scores: { score: number; map: number[] }[]; epochs: number[] }> {
  const backend = await named(name).open();
  const backbone = new Uint8Array(await (await fetch(small.url)).arrayBuffer());
  const model = await trainTiny(head, backbone, backend);
  const scores = await scoresOf(model, backend);
  await backend.dispose();
  const bytes = writeModel(model);
  const epochs = model.manifest.training?.history.map(({ error }) => error) ?? [];
  return { file: bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''), scores, epochs };
}

async function readme(): Promise<unknown[]> {
  const picture = document.createElement('canvas');
  picture.width = 90;
  picture.height = 40;
  picture.getContext('2d')?.fillRect(20, 10, 30, 20);
  const said: unknown[] = [];
  await example(picture, { log: (...values) => said.push(...values) });
  return said;
}

interface Live {
  readonly inspector: Inspector;
  readonly canvas: OffscreenCanvasRenderingContext2D;
  readonly buffers: () => GpuBuffers;
}
let live: Live | undefined;

/** Begins to inspect frames with a model that was trained here. */
async function openFrames(name: string): Promise<void> {
  const buffers = countGpuBuffers();
  const trainer = await wasm().open();
  const backbone = new Uint8Array(await (await fetch(small.url)).arrayBuffer());
  const model = await trainTiny('memory', backbone, trainer);
  await trainer.dispose();
  const inspector = await createInspector(model, { backend: await named(name).open() });
  const canvas = new OffscreenCanvas(64, 32).getContext('2d');
  if (canvas === null) throw new Error('no canvas');
  live = { inspector, canvas, buffers };
}

/** From frames of a camera's size to pictures of their maps. */
async function showFrames(count: number): Promise<GpuBuffers> {
  if (live === undefined) throw new Error('nothing was opened');
  const { inspector, canvas, buffers } = live;
  const [codedWidth, codedHeight] = [640, 480];
  for (let i = 0; i < count; i++) {
    const bytes = new Uint8Array((codedWidth * codedHeight * 3) / 2).fill(i);
    const frame = new VideoFrame(bytes, { format: 'I420', codedWidth, codedHeight, timestamp: i });
    const image = await rasterFrom(frame);
    frame.close();
    const { width, height, data } = (await inspector.inspect({ name: 'frame', image })).result.anomalyImage;
    canvas.putImageData(toImageData({ width, height, channels: 1, data }), 0, 0);
  }
  return buffers();
}

const tests = { conformance, deviceLost, openFrames, readme, showFrames, train, workerLost };
export type PageTests = typeof tests;

declare global {
  interface Window {
    tests: PageTests;
  }
}
window.tests = tests;
