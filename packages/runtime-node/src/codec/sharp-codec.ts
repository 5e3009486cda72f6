/**
 * Images through sharp (libvips), and what sharp cannot do through small libraries: BMP, float TIFF, 16-bit PNG.
 * The same pixels as any other codec must give: orientation applied, no colour management, the file's own depth.
 */
import sharp, { type Metadata, type SharpOptions } from 'sharp';
import {
  defaultImageLimits,
  ImageFormatError,
  type DecodeOptions,
  type ImageCodec,
  type Raster,
} from '@oddpixel/model-core/contract';
import { decodeBmp, isBmp } from './bmp.ts';
import { encodeRaster } from './encode.ts';
import { decodeFloatTiff } from './float-tiff.ts';
import { checkFileSize, checkPixels } from './limits.ts';

/** An ImageCodec for PNG, JPEG, WebP, TIFF, BMP, GIF (first frame) and AVIF. */
export function sharpCodec(): ImageCodec {
  return { decode, encode: encodeRaster };
}

async function decode(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Raster> {
  const limits = options.limits ?? defaultImageLimits;
  checkFileSize(bytes, limits, options.fileName);
  if (isBmp(bytes)) return decodeBmp(bytes, limits, options);
  const input = { ignoreIcc: true, limitInputPixels: false, pages: 1, failOn: 'error' } as const;
  const metadata = await readHeader(bytes, input, options);
  checkPixels(metadata.width, metadata.height, limits, options.fileName);
  if (metadata.hasProfile === true) {
    options.onWarning?.('the colour profile is ignored; gray values are taken as they are');
  }
  if (metadata.format === 'tiff' && (metadata.depth === 'float' || metadata.depth === 'double')) {
    return decodeFloatTiff(bytes, options);
  }
  if (metadata.space === 'cmyk') {
    options.onWarning?.('CMYK is converted to RGB without its colour profile');
  }
  const target = rasterSpace(metadata);
  const pipeline = sharp(bytes, input).autoOrient().toColourspace(target);
  try {
    const { data, info } = await pipeline
      .raw({ depth: is16Bit(target) ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const hasAlpha = metadata.hasAlpha === true;
    const pixels = is16Bit(target)
      ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
      : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { width, height, channels, data: pixels, ...(hasAlpha && { hasAlpha }) };
  } catch (cause) {
    throw unreadable(bytes, options.fileName, cause);
  }
}

/** What sharp is asked for, so that no conversion happens that the file does not need. */
type RasterSpace = 'b-w' | 'srgb' | 'grey16' | 'rgb16';

function rasterSpace({ depth, space }: Metadata): RasterSpace {
  const gray = space === 'b-w' || space === 'grey16';
  // Depths beyond 16 bits have no range of their own in these formats.
  return depth === 'ushort' || depth === 'short' ? (gray ? 'grey16' : 'rgb16') : gray ? 'b-w' : 'srgb';
}

function is16Bit(space: RasterSpace): boolean {
  return space === 'grey16' || space === 'rgb16';
}

async function readHeader(
  bytes: Uint8Array,
  input: SharpOptions,
  { fileName }: DecodeOptions,
): Promise<Metadata> {
  try {
    return await sharp(bytes, input).metadata();
  } catch (cause) {
    throw unreadable(bytes, fileName, cause);
  }
}

function unreadable(bytes: Uint8Array, file: string | undefined, cause: unknown): ImageFormatError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const reason = message.split('\n', 1)[0]?.replace(/^Input (buffer|file)\s*/, '') ?? '';
  const problem =
    bytes.length === 0
      ? 'the file is empty'
      : looksLikeText(bytes)
        ? 'expected an image, found text'
        : /unsupported image format/.test(message)
          ? 'expected an image, found bytes of no known image format'
          : `the image is damaged (${reason})`;
  return new ImageFormatError(
    {
      ...(file !== undefined && { file }),
      problem,
      fix: 'Supported are PNG, JPEG, WebP, TIFF, BMP, GIF and AVIF.',
    },
    { cause },
  );
}

function looksLikeText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 256).every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}
