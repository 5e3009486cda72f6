/** From four bytes per pixel to three: what each camera frame goes through, so it is written for speed. */

export interface PackedColours {
  readonly data: Uint8Array<ArrayBuffer>;
  /** Whether every alpha was 255. */
  readonly isOpaque: boolean;
}

/** RGB of RGBA. @param pixels begin at a multiple of four bytes in their buffer. */
export function packColours(pixels: Uint8Array | Uint8ClampedArray): PackedColours {
  const count = pixels.length / 4;
  const data = new Uint8Array(3 * count);
  // Four pixels are four words, and three without alpha. Machines that run browsers store the lowest byte first.
  const groups = Math.floor(count / 4);
  const from = new Uint32Array(pixels.buffer, pixels.byteOffset, 4 * groups);
  const to = new Uint32Array(data.buffer, 0, 3 * groups);
  let common = 0xff000000;
  for (let i = 0, j = 0; i < from.length; i += 4, j += 3) {
    const a = from[i] as number;
    const b = from[i + 1] as number;
    const c = from[i + 2] as number;
    const d = from[i + 3] as number;
    common &= a & b & c & d;
    to[j] = (a & 0xffffff) | (b << 24);
    to[j + 1] = ((b >>> 8) & 0xffff) | (c << 16);
    to[j + 2] = ((c >>> 16) & 0xff) | (d << 8);
  }
  let isOpaque = common >>> 24 === 255;
  for (let pixel = 4 * groups; pixel < count; pixel++) {
    data.set(pixels.subarray(4 * pixel, 4 * pixel + 3), 3 * pixel);
    isOpaque &&= pixels[4 * pixel + 3] === 255;
  }
  return { data, isOpaque };
}
