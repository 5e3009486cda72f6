/** Maps that are small enough to keep for every image, and their bytes in the store. */
import type { AnomalyImage } from '@oddpixel/contract';
import type { SmallMap } from '../protocol.ts';

/** The largest value of every `factor` × `factor` model pixels: nothing odd vanishes. */
export function shrinkMap({ width, height, data }: AnomalyImage, factor: number): SmallMap {
  const columns = Math.ceil(width / factor);
  const rows = Math.ceil(height / factor);
  const small = new Float32Array(columns * rows).fill(-Infinity);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / factor) * columns;
    for (let x = 0; x < width; x++) {
      const cell = row + Math.floor(x / factor);
      small[cell] = Math.max(small[cell] as number, data[y * width + x] as number);
    }
  }
  return { width: columns, height: rows, data: small };
}

const headerBytes = 8;

export function mapToBytes({ width, height, data }: SmallMap): Uint8Array {
  const bytes = new Uint8Array(headerBytes + data.byteLength);
  new Uint32Array(bytes.buffer, 0, 2).set([width, height]);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), headerBytes);
  return bytes;
}

/** `undefined` for bytes that are not a map. */
export function mapFromBytes(bytes: Uint8Array): SmallMap | undefined {
  if (bytes.byteLength < headerBytes) return undefined;
  const own = bytes.slice().buffer;
  const [width = 0, height = 0] = new Uint32Array(own, 0, 2);
  if (own.byteLength !== headerBytes + 4 * width * height) return undefined;
  return { width, height, data: new Float32Array(own, headerBytes) };
}
