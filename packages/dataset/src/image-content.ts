/** What a file holds, by its first bytes: whether listing a folder should count it as an image whatever its name. */

/** How many bytes of a file `imageContent` wants to see. */
export const headBytes: number = 64;

/**
 * - `image`: a format that the codecs decode.
 * - A name, such as `HEIF`: an image in a format that no codec here decodes.
 * - `undefined`: no image that we know of.
 *
 * It says nothing about whether the rest of the file is sound: decoding does.
 */
export function imageContent(head: Uint8Array): 'image' | (string & {}) | undefined {
  const text = (from: number, to: number): string => String.fromCharCode(...head.subarray(from, to));
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'image';
  if (text(0, 3) === '\xff\xd8\xff') return 'image';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'image';
  if (/^GIF8[79]a$/.test(text(0, 6))) return 'image';
  // TIFF and BigTIFF, in both byte orders.
  if (/^(?:II[*+]\0|MM\0[*+])$/s.test(text(0, 4))) return 'image';
  if (isBmp(head)) return 'image';
  // PBM, PGM and PPM, as text and as bytes: a magic number, then width and height or a comment.
  if (/^P[1-6]\s+(?:#|\d+\s+(?:#|\d+\s))/.test(text(0, 64))) return 'image';
  // PAM: the magic number stands alone in its line.
  if (text(0, 3) === 'P7\n') return 'image';
  if (text(4, 8) === 'ftyp') {
    const brands = text(8, 64);
    if (/avif|avis/.test(brands)) return 'image';
    if (/mif1|msf1|hei[cxms]|hev[cxms]/.test(brands)) return 'HEIF';
  }
  if (text(0, 12) === '\0\0\0\x0cjP  \r\n\x87\n' || text(0, 4) === '\xff\x4f\xff\x51') return 'JPEG 2000';
  if (text(0, 12) === '\0\0\0\x0cJXL \r\n\x87\n' || text(0, 2) === '\xff\x0a') return 'JPEG XL';
  if (text(0, 4) === '8BPS') return 'Photoshop';
  if (text(0, 4) === '\x76\x2f\x31\x01') return 'OpenEXR';
  if (/^#\?(?:RADIANCE|RGBE)/.test(text(0, 10))) return 'Radiance HDR';
  if (/^P[Ff]\s/.test(text(0, 3))) return 'PFM';
  return undefined;
}

/** `BM` alone begins many a text: the size of the image header behind it must be one that exists. */
function isBmp(head: Uint8Array): boolean {
  if (head[0] !== 0x42 || head[1] !== 0x4d || head.length < 26) return false;
  const headerBytes = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(14, true);
  return [12, 16, 40, 52, 56, 64, 108, 124].includes(headerBytes);
}
