/** What a WebP file says about itself (RFC 9649). */
import { exifOrientation } from './exif.ts';

export interface WebpHeader {
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  readonly hasProfile: boolean;
  /** EXIF orientation, 1 to 8. */
  readonly orientation: number;
  /** Where the EXIF data starts, with its chunk's header. */
  readonly exifAt: number | undefined;
  /** Pictures of an animation; 1 for all others. */
  readonly frames: number;
  /** Where the file is cut off; `undefined` if it is whole. */
  readonly damage: string | undefined;
}

const chunkHeader = 8;

/** @throws Error saying what is wrong with the file. */
export function readWebpHeader(bytes: Uint8Array): WebpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 30) throw new Error('the header is cut off');
  const end = chunkHeader + view.getUint32(4, true);
  const damage = end > bytes.length ? `it ends after ${bytes.length} of ${end} bytes` : undefined;
  const type = String.fromCharCode(...bytes.subarray(12, 16));
  const flags = bytes[20] as number;
  const plain = { hasProfile: false, orientation: 1, exifAt: undefined, frames: 1, damage };
  switch (type) {
    case 'VP8X':
      return {
        width: 1 + (view.getUint32(24, true) & 0xffffff),
        height: 1 + (view.getUint32(27, true) & 0xffffff),
        hasAlpha: (flags & 0x10) !== 0,
        hasProfile: (flags & 0x20) !== 0,
        damage,
        ...readChunks(bytes, Math.min(end, bytes.length)),
      };
    case 'VP8L': {
      if (flags !== 0x2f) throw new Error('its mark is wrong');
      // 14 bits of width − 1, 14 bits of height − 1, one bit for alpha.
      const packed = view.getUint32(21, true);
      const [width, height] = [1 + (packed & 0x3fff), 1 + ((packed >>> 14) & 0x3fff)];
      return { width, height, hasAlpha: ((packed >>> 28) & 1) === 1, ...plain };
    }
    case 'VP8 ':
      return {
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
        hasAlpha: false,
        ...plain,
      };
    default:
      throw new Error(`its first chunk is ${JSON.stringify(type)}`);
  }
}

function readChunks(bytes: Uint8Array, end: number): Pick<WebpHeader, 'orientation' | 'exifAt' | 'frames'> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [orientation, frames] = [1, 0];
  let exifAt: number | undefined;
  for (let at = 12; at + chunkHeader <= end;) {
    const size = view.getUint32(at + 4, true);
    const content = at + chunkHeader;
    const type = String.fromCharCode(...bytes.subarray(at, at + 4));
    if (type === 'ANMF') frames++;
    else if (type === 'EXIF' && exifAt === undefined) {
      orientation = exifOrientation(bytes.subarray(content, content + size));
      exifAt = at;
    }
    // Padded to an even number of bytes.
    at = content + size + (size % 2);
  }
  return { orientation, exifAt, frames: Math.max(1, frames) };
}
