/**
 * What one runtime makes of the golden images: decoded pixels, score, map, verdict. This code is the same in Node and
 * in a page; only the backend and the codec differ, as in an application. It crosses between processes as JSON.
 */
import type { Backend, ImageCodec } from '@oddpixel/contract';
import { readModel } from '@oddpixel/model-core';
import { createInspector } from '@oddpixel/workflow';

/** What a runtime is given. Bytes are base64. */
export interface Order {
  readonly model: string;
  readonly images: readonly { readonly name: string; readonly file: string }[];
}

export interface Observation {
  readonly name: string;
  /** Width × height × channels, type of the values, and whether there is alpha. */
  readonly form: string;
  /** The decoded raster's values, base64; `form` states their type. */
  readonly pixels: string;
  readonly score: number;
  /** The map's values, float32, base64. */
  readonly map: string;
  readonly verdict: string;
}

/** The images decoded by the codec and inspected on the backend, one at a time. */
export async function observe(order: Order, backend: Backend, codec: ImageCodec): Promise<Observation[]> {
  const inspector = await createInspector(readModel(fromBase64(order.model)), {
    backend,
    codec,
    batchSize: 1,
  });
  const inputs = order.images.map(({ name, file }) => ({ name, image: fromBase64(file) }));
  const observations: Observation[] = [];
  for await (const { name, raster, result } of inspector.inspectAll(inputs)) {
    const { width, height, channels, data, hasAlpha = false } = raster;
    observations.push({
      name,
      form: `${width}×${height}×${channels} ${data.constructor.name}${hasAlpha ? ' with alpha' : ''}`,
      pixels: toBase64(data),
      score: result.anomalyScore,
      map: toBase64(Float32Array.from(result.anomalyImage.data)),
      verdict: result.anomalyClass ?? 'none: the model has no threshold',
    });
  }
  await inspector.dispose();
  return observations;
}

export function toBase64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  let text = '';
  for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) text += String.fromCharCode(byte);
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
