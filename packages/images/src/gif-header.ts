/** What a GIF file says about itself (GIF89a specification). */
import { joinBytes } from '@oddpixel/contract/unstable';
import { missingGifPixels } from './gif-pixels.ts';

export interface GifHeader {
  readonly width: number;
  readonly height: number;
  /** True if any frame has a transparent colour. */
  readonly hasAlpha: boolean;
  readonly frames: number;
  /** The first frame's own size, which some decoders enlarge the picture to. */
  readonly frameWidth: number;
  readonly frameHeight: number;
  /** Where its data starts. */
  readonly dataAt: number;
  /** Of the first frame; `undefined` if nothing is missing up to its last piece. */
  readonly damage: string | undefined;
}

const [extension, graphicControl, image] = [0x21, 0xf9, 0x2c];

/** More pictures than any animation has. */
const maxFrames = 100_000;

/** @throws Error if the file ends before the pixels of its first frame start, or has too many frames. */
export function readGifHeader(bytes: Uint8Array): GifHeader {
  if (bytes.length < 13) throw new Error('the header is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hasAlpha = false;
  let frames = 0;
  let first: Pick<GifHeader, 'frameWidth' | 'frameHeight' | 'dataAt'> | undefined;
  let at = 13 + colorTableBytes(bytes[10]);
  for (let block = bytes[at]; block === extension || block === image; block = bytes[at]) {
    if (block === image) {
      const dataAt = at + 10 + colorTableBytes(bytes[at + 9]);
      if (dataAt >= bytes.length) break;
      first ??= {
        frameWidth: view.getUint16(at + 5, true),
        frameHeight: view.getUint16(at + 7, true),
        dataAt,
      };
      at = dataAt + 1;
    } else {
      if (bytes[at + 1] === graphicControl) hasAlpha ||= ((bytes[at + 3] ?? 0) & 1) === 1;
      at += 2;
    }
    // Pieces of up to 255 bytes, ended by an empty one.
    while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] as number);
    if (at >= bytes.length) break;
    at++;
    if (block === image && ++frames > maxFrames) throw new Error(`it has more than ${maxFrames} frames`);
  }
  if (first === undefined) throw new Error('it ends before its first frame does');
  const damage = frames === 0 ? 'it ends before its first frame does' : undefined;
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  return { width, height, hasAlpha, frames: Math.max(1, frames), ...first, damage };
}

/** What is missing of the first frame, its pixels counted. */
export function gifDamage(
  bytes: Uint8Array,
  { damage, dataAt, frameWidth, frameHeight }: GifHeader,
): string | undefined {
  return damage ?? missingGifPixels(bytes, dataAt, frameWidth * frameHeight);
}

/** A file that was cut off in its first frame, with an end put there. */
export function closeGif(bytes: Uint8Array, { dataAt, damage }: GifHeader): Uint8Array {
  if (damage === undefined) return bytes;
  let at = dataAt + 1;
  let last = at;
  while (at < bytes.length && bytes[at] !== 0) {
    last = at;
    at += 1 + (bytes[at] as number);
  }
  // A copy, also of a Buffer, whose own `slice` makes none.
  const front = Uint8Array.from(bytes.subarray(0, Math.min(at, bytes.length)));
  const rest = front.length - last - 1;
  if (rest > 0) front[last] = rest;
  return joinBytes([rest > 0 ? front : front.subarray(0, last), Uint8Array.of(0, 0x3b)]);
}

/** The flags say whether there is a table, and the exponent of its size. */
function colorTableBytes(flags: number = 0): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}
