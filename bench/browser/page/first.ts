/** A page that inspects one frame as soon as it can, and reports where the time went since it was requested. */
import { readModel } from '@oddpixel/model-core';
import { rasterFrom, wasm, webgpu } from '@oddpixel/runtime-web';
import { createInspector } from '@oddpixel/workflow';

/** Milliseconds. */
export interface FirstParts {
  /** From the navigation until the page's script runs. */
  readonly page: number;
  /** The engine's WebAssembly file. */
  readonly engineFetched: number;
  /** From there until the engine is there and has computed a first graph. */
  readonly engineStarted: number;
  readonly modelFetched: number;
  readonly sessionCreated: number;
  readonly firstRun: number;
  /** From the navigation to the first verdict. */
  readonly total: number;
  /** Bytes that came through the network: engine, scripts, model. */
  readonly transferredBytes: number;
}

declare global {
  interface Window {
    first: Promise<FirstParts>;
  }
}

async function measure(): Promise<FirstParts> {
  const script = performance.now();
  const device = new URLSearchParams(location.search).get('device');
  const picture = await createImageBitmap(new ImageData(640, 480));
  const image = await rasterFrom(picture);
  const prepared = performance.now();
  const backend = await (device === 'webgpu' ? webgpu() : wasm()).open();
  const opened = performance.now();
  const bytes = new Uint8Array(await (await fetch('model.onnx')).arrayBuffer());
  const fetched = performance.now();
  const inspector = await createInspector(readModel(bytes), { backend });
  const created = performance.now();
  const { result } = await inspector.inspect({ name: 'frame', image });
  const total = performance.now();
  if (result.anomalyClass === undefined) throw new Error('no verdict');
  const resources = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
  const engine = resources.find(({ name }) => name.endsWith('.wasm'));
  if (engine === undefined) throw new Error('no engine was fetched');
  const engineFetched = engine.responseEnd - prepared;
  return {
    page: script,
    engineFetched,
    engineStarted: opened - prepared - engineFetched,
    modelFetched: fetched - opened,
    sessionCreated: created - fetched,
    firstRun: total - created,
    total,
    transferredBytes: resources.reduce((sum, { transferSize }) => sum + transferSize, 0),
  };
}

window.first = measure();
