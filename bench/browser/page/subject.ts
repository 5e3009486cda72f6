/** What is measured: the product as a page uses it, from a camera's frame to the verdict, the map and its picture. */
import { renderMap } from '@oddpixel/eval';
import type { Backend, Result } from '@oddpixel/contract';
import { readModel } from '@oddpixel/model-core';
import { inWorker, rasterFrom, toImageData, wasm, webgpu } from '@oddpixel/runtime-web';
import { createInspector, type InspectionInput, type Inspector } from '@oddpixel/workflow';
import { cameraFrames } from './frames.ts';

export type Device = 'wasm' | 'webgpu';
export type Place = 'page' | 'worker';

export interface Subject {
  readonly backend: Backend;
  readonly inspector: Inspector;
  readonly canvas: CanvasRenderingContext2D;
  next(): VideoFrame;
}

export async function openBackend(device: Device, place: Place): Promise<Backend> {
  if (place === 'worker') return inWorker({ device }).open();
  return (device === 'wasm' ? wasm() : webgpu()).open();
}

export async function fetchBytes(url: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

export async function openSubject(
  model: string,
  images: readonly string[],
  backend: Backend,
): Promise<Subject> {
  const inspector = await createInspector(readModel(await fetchBytes(model)), { backend });
  const frames = await cameraFrames(images);
  const canvas = document.createElement('canvas');
  document.body.append(canvas);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  let number = 0;
  return {
    backend,
    inspector,
    canvas: context,
    next: () => frames[number++ % frames.length] as VideoFrame,
  };
}

/** One frame, as a page that waits for each verdict does it. */
export async function inspectOne({ inspector, next }: Subject): Promise<Result> {
  const image = await rasterFrom(next());
  return (await inspector.inspect({ name: 'frame', image })).result;
}

/** Frames in a stream: the next one is prepared while the model runs. */
export async function inspectStream({ inspector, next }: Subject, count: number): Promise<void> {
  const inputs = Array.from({ length: count }, (): InspectionInput => ({
    name: 'frame',
    image: () => rasterFrom(next()),
  }));
  for await (const { result } of inspector.inspectAll(inputs)) checkResult(result);
}

/** The map over the video. */
export function draw({ canvas, inspector }: Subject, { anomalyImage }: Result): void {
  const { width, height } = anomalyImage;
  // A canvas that gets its size is made again.
  if (canvas.canvas.width !== width) canvas.canvas.width = width;
  if (canvas.canvas.height !== height) canvas.canvas.height = height;
  const threshold = inspector.model.manifest.thresholds?.segmentation ?? 1;
  const map = renderMap(anomalyImage, { min: threshold / 2, max: 1.5 * threshold });
  canvas.putImageData(toImageData(map), 0, 0);
}

/** @throws Error for what is not a verdict: nothing was computed, and no time counts. */
export function checkResult({ anomalyClass, anomalyScore }: Result): void {
  if (anomalyClass === undefined || !(anomalyScore > 0)) throw new Error(`no verdict, score ${anomalyScore}`);
}
