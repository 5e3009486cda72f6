/** The chunks of a PNG file (PNG specification, third edition, sections 5 and 11), checked by their CRC. */
import { joinBytes } from '@oddpixel/contract/unstable';
import { exifOrientation } from './exif.ts';

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits per value: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  readonly colorType: number;
  readonly isInterlaced: boolean;
}

/** Values of the color type. */
export const pngColor = { gray: 0, rgb: 2, palette: 3, grayAlpha: 4, rgba: 6 } as const;

/** Values of a pixel in the file. */
export function storedPngChannels(colorType: number): number {
  return { [pngColor.rgb]: 3, [pngColor.grayAlpha]: 2, [pngColor.rgba]: 4 }[colorType] ?? 1;
}

/** The same with the palette expanded; a transparent colour, which comes later in the file, not counted. */
export function pngChannels(colorType: number): number {
  return colorType === pngColor.palette ? 3 : storedPngChannels(colorType);
}

export interface PngChunks {
  /** Three bytes for each colour. */
  readonly palette: Uint8Array | undefined;
  /** `tRNS`: alpha of the palette's first colours, or the one transparent colour in 16 bits per value. */
  readonly transparency: Uint8Array | undefined;
  readonly hasProfile: boolean;
  /** EXIF orientation, 1 to 8. */
  readonly orientation: number;
  /** One zlib stream, in pieces. */
  readonly data: readonly Uint8Array[];
  /** What is wrong with the file; `undefined` if nothing is. */
  readonly damage: string | undefined;
}

/** Where the first chunk starts, and the bytes around a chunk's data: length, type, CRC. */
const signatureBytes = 8;
const chunkBytes = 12;

/** @throws Error saying what is wrong with the file. */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  if (bytes.length < signatureBytes + chunkBytes + 13) throw new Error('the header is cut off');
  if (typeAt(bytes, signatureBytes) !== 'IHDR') throw new Error('it does not start with IHDR');
  const view = new DataView(bytes.buffer, bytes.byteOffset + signatureBytes + 8, 17);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colorType, compression, filter, interlace] = bytes.subarray(
    signatureBytes + 16,
    signatureBytes + 21,
  ) as unknown as [number, number, number, number, number];
  const allowed: Readonly<Record<number, readonly number[]>> = {
    [pngColor.gray]: [1, 2, 4, 8, 16],
    [pngColor.rgb]: [8, 16],
    [pngColor.palette]: [1, 2, 4, 8],
    [pngColor.grayAlpha]: [8, 16],
    [pngColor.rgba]: [8, 16],
  };
  if (crc32(bytes.subarray(signatureBytes + 4, signatureBytes + 21)) !== view.getUint32(13)) {
    throw new Error('the checksum of IHDR is wrong');
  }
  if (width === 0 || height === 0) throw new Error(`its size is ${width}×${height}`);
  if (allowed[colorType]?.includes(depth) !== true || compression > 0 || filter > 0 || interlace > 1) {
    throw new Error(`color type ${colorType} with ${depth} bits is not known`);
  }
  return { width, height, depth, colorType, isInterlaced: interlace === 1 };
}

/**
 * What the pixels need. Chunks that only describe are passed over, damaged or not.
 *
 * @throws Error if no pixel can be read.
 */
export function readPngChunks(bytes: Uint8Array): PngChunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  let hasProfile = false;
  let orientation = 1;
  let damage: string | undefined;
  const data: Uint8Array[] = [];
  for (let at = signatureBytes; ;) {
    if (at + chunkBytes > bytes.length) {
      damage ??= 'it ends before IEND';
      break;
    }
    const length = view.getUint32(at);
    const type = typeAt(bytes, at);
    const end = at + 8 + length;
    if (end + 4 > bytes.length) {
      damage ??= `it ends inside ${type}`;
      if (type === 'IDAT') data.push(bytes.subarray(at + 8, end));
      break;
    }
    const isSound = crc32(bytes.subarray(at + 4, end)) === view.getUint32(end);
    // A capital first letter: the picture cannot be shown without this chunk.
    const isCritical = /^[A-Z]/.test(type);
    if (!isSound && (isCritical || type === 'tRNS')) damage ??= `the checksum of ${type} is wrong`;
    const content = bytes.subarray(at + 8, end);
    if (type === 'IEND') break;
    if (type === 'IDAT') data.push(content);
    else if (type === 'PLTE') palette = content;
    else if (type === 'tRNS') transparency = content;
    else if (type === 'iCCP') hasProfile ||= isSound;
    else if (type === 'eXIf') orientation = isSound ? exifOrientation(content) : 1;
    else if (isCritical && type !== 'IHDR') throw new Error(damage ?? `the chunk ${type} is not known`);
    at = end + 4;
  }
  if (data.length === 0) throw new Error(damage ?? 'it has no IDAT');
  return { palette, transparency, hasProfile, orientation, data, damage };
}

function typeAt(bytes: Uint8Array, chunk: number): string {
  return String.fromCharCode(...bytes.subarray(chunk + 4, chunk + 8));
}

/** What every PNG file starts with. */
export const pngSignature: Uint8Array = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Remainders of all bytes by the polynomial of PNG's checksum (annex D). */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

export function crc32(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) {
    rest = (remainders[(rest ^ (bytes[i] as number)) & 255] as number) ^ (rest >>> 8);
  }
  return ~rest >>> 0;
}

/** Larger EXIF data is more than an orientation. */
const maxExifBytes = 64 * 1024;

export interface PngPixels {
  readonly bytes: Uint8Array;
  readonly hasProfile: boolean;
  /** Pictures of an animation; 1 for all others. */
  readonly frames: number;
  /** Where and how the file is cut off; `undefined` if it is whole. */
  readonly damage: string | undefined;
}

/**
 * A PNG without what is not pixels: texts and profiles may inflate to gigabytes. Checksums of what is kept are left to
 * the decoder.
 */
export function pngPixels(bytes: Uint8Array): PngPixels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [bytes.subarray(0, signatureBytes)];
  let hasProfile = false;
  let hasExif = false;
  let frames = 1;
  let damage: string | undefined = 'it ends before IEND';
  // Neighbours are kept in one piece: there are millions of chunks in some files.
  let from = signatureBytes;
  let at = signatureBytes;
  const keepUpTo = (end: number): void => {
    if (end > from) parts.push(bytes.subarray(from, end));
  };
  while (at + chunkBytes <= bytes.length) {
    const length = view.getUint32(at);
    const type = typeAt(bytes, at);
    const end = at + chunkBytes + length;
    if (end > bytes.length) {
      damage = `it ends inside ${type}`;
      break;
    }
    const isExif: boolean = type === 'eXIf' && !hasExif && length <= maxExifBytes;
    hasExif ||= isExif;
    if (!(/^[A-Z]/.test(type) || type === 'tRNS' || isExif)) {
      keepUpTo(at);
      from = end;
    }
    if (type === 'iCCP') hasProfile ||= crc32(bytes.subarray(at + 4, end - 4)) === view.getUint32(end - 4);
    if (type === 'acTL' && length >= 8) frames = view.getUint32(at + 8);
    at = end;
    if (type === 'IEND') {
      damage = undefined;
      break;
    }
  }
  const isCutInPixels = damage !== undefined && at + 8 <= bytes.length && typeAt(bytes, at) === 'IDAT';
  keepUpTo(isCutInPixels ? bytes.length : at);
  return { bytes: joinBytes(parts), hasProfile, frames, damage };
}
