/** What a file is, by its first bytes and never by its name. */

export type ImageKind =
  'png' | 'jpeg' | 'webp' | 'gif' | 'bmp' | 'tiff' | 'avif' | 'heif' | 'pnm' | 'unknown';

/** The kind of an image file. A kind says nothing about whether the rest of the file is sound. */
export function imageKind(bytes: Uint8Array): ImageKind {
  const text = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp';
  if (/^GIF8[79]a$/.test(text(0, 6))) return 'gif';
  if (isTiff(bytes)) return 'tiff';
  if (text(4, 8) === 'ftyp') {
    // The major brand, then four bytes of version, then the brands that the file is compatible with.
    const size = Math.min(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), 256);
    const brands = `${text(8, 12)},${text(16, size).match(/.{4}/gs)?.join(',') ?? ''}`;
    if (/avif|avis/.test(brands)) return 'avif';
    if (/mif1|msf1|hei[cxms]|hev[cxms]/.test(brands)) return 'heif';
  }
  if (isBmp(bytes)) return 'bmp';
  if (isPnm(bytes)) return 'pnm';
  return 'unknown';
}

/** TIFF and BigTIFF, in both byte orders. */
export function isTiff(bytes: Uint8Array): boolean {
  const order = String.fromCharCode(...bytes.subarray(0, 2));
  const version = order === 'II' ? [bytes[3], bytes[2]] : order === 'MM' ? [bytes[2], bytes[3]] : [];
  return version[0] === 0 && (version[1] === 42 || version[1] === 43);
}

/** Bytes of a BMP's file header and of the smallest image header that has a size. */
const bmpHeaderBytes = 26;

export function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d && bytes.length >= bmpHeaderBytes;
}

/** PBM, PGM, PPM and PAM: `P`, a digit, then white space or a comment. */
export function isPnm(bytes: Uint8Array): boolean {
  return /^P[1-7][\s#]/.test(String.fromCharCode(...bytes.subarray(0, 3)));
}
