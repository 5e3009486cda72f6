/** What a GIF file says about itself (GIF89a specification). */

export interface GifHeader {
  readonly width: number;
  readonly height: number;
  /** True where any frame has a transparent colour. */
  readonly hasAlpha: boolean;
  readonly frames: number;
}

const [extension, graphicControl, image] = [0x21, 0xf9, 0x2c];

/** @throws Error where the file ends before its first frame does. */
export function readGifHeader(bytes: Uint8Array): GifHeader {
  if (bytes.length < 13) throw new Error('the header is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hasAlpha = false;
  let frames = 0;
  let at = 13 + colorTableBytes(bytes[10]);
  for (let block = bytes[at]; block === extension || block === image; block = bytes[at]) {
    if (block === image) at += 10 + colorTableBytes(bytes[at + 9]) + 1;
    else {
      if (bytes[at + 1] === graphicControl) hasAlpha ||= ((bytes[at + 3] ?? 0) & 1) === 1;
      at += 2;
    }
    // Pieces of up to 255 bytes, ended by an empty one.
    while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] as number);
    if (at >= bytes.length) break;
    at++;
    if (block === image) frames++;
  }
  if (frames === 0) throw new Error('it ends before its first frame does');
  return { width: view.getUint16(6, true), height: view.getUint16(8, true), hasAlpha, frames };
}

/** The flags say whether there is a table, and the exponent of its size. */
function colorTableBytes(flags: number = 0): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}
