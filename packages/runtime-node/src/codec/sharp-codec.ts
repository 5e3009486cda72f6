/**
 * Images through sharp (libvips), and what sharp cannot do through small libraries: BMP, Netpbm, and TIFF of wide numbers.
 * The same pixels as any other codec must give: orientation applied, no colour management, the file's own depth.
 */
import sharp, { type Metadata, type SharpOptions } from 'sharp';
import {
  defaultImageLimits,
  type DecodeOptions,
  type ImageCodec,
  ImageFormatError,
  type Raster,
} from '@oddpixel/model-core/contract';
import {
  checkFileSize,
  checkPixels,
  cmykToRgb,
  cmykWarning,
  damaged,
  decodeBmp,
  decodePnm,
  decodeWideTiff,
  imageError,
  imageKind,
  isBmp,
  isPnm,
  isTiff,
  pickChannels,
  profileWarning,
  unknownFormat,
} from '@oddpixel/runtime-kit/images';
import { encodeRaster } from './encode.ts';

/** What sharp may open. It could do more, such as SVG, which draws instead of holding pixels. */
const formats: readonly string[] = ['png', 'jpeg', 'webp', 'tiff', 'gif', 'heif'];

/** An ImageCodec for PNG, JPEG, WebP, TIFF, BMP, GIF (first frame), AVIF, and PBM, PGM, PPM and PAM. */
export function sharpCodec(defaults: CodecDefaults = {}): ImageCodec {
  return {
    decode: (bytes, options = {}) =>
      decode(bytes, {
        ...options,
        limits: options.limits ?? defaults.limits ?? defaultImageLimits,
        acceptDamaged: options.acceptDamaged ?? defaults.acceptDamaged,
      }),
    encode: encodeRaster,
  };
}

/** What `decode` does where its own options say nothing. */
export type CodecDefaults = Pick<DecodeOptions, 'limits' | 'acceptDamaged'>;

async function decode(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Raster> {
  const limits = options.limits ?? defaultImageLimits;
  checkFileSize(bytes, limits, options.fileName);
  if (isBmp(bytes)) return decodeBmp(bytes, limits, options);
  if (isPnm(bytes)) return decodePnm(bytes, limits, options);
  const wide = isTiff(bytes) ? await decodeWideTiff(bytes, limits, options) : undefined;
  if (wide !== undefined) return wide;
  const input = {
    ignoreIcc: true,
    limitInputPixels: false,
    pages: 1,
    failOn: options.acceptDamaged === true ? 'none' : 'error',
  } as const;
  const metadata = await readHeader(bytes, input, options);
  checkPixels(metadata.width, metadata.height, limits, options.fileName);
  checkBands(metadata, options.fileName);
  if (metadata.hasProfile === true) {
    options.onWarning?.(profileWarning);
  }
  const isCmyk = metadata.space === 'cmyk' && metadata.depth === 'uchar';
  if (metadata.space === 'cmyk') {
    options.onWarning?.(cmykWarning);
  }
  const target = rasterSpace(metadata);
  const image = sharp(bytes, input).autoOrient();
  const pipeline = isCmyk
    ? image.pipelineColourspace('cmyk').toColourspace('cmyk')
    : image.toColourspace(target);
  try {
    const { data, info } = await pipeline
      .raw({ depth: is16Bit(target) ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const pixels = is16Bit(target)
      ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
      : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const raster: Raster = { width, height, channels, data: pixels };
    if (isCmyk) return cmykToRgb(raster);
    if (metadata.hasAlpha !== true) return raster;
    return {
      ...(isGray(metadata) && channels === 4 ? pickChannels(raster, [0, 3]) : raster),
      hasAlpha: true,
    };
  } catch (cause) {
    throw unreadable(bytes, options.fileName, cause);
  }
}

/** What sharp is asked for, so that no conversion happens that the file does not need. */
type RasterSpace = 'b-w' | 'srgb' | 'grey16' | 'rgb16';

function rasterSpace(metadata: Metadata): RasterSpace {
  const gray = isGray(metadata);
  if (metadata.depth === 'ushort') return gray ? 'grey16' : 'rgb16';
  // As `b-w`, sharp hands out the gray channel alone.
  return gray && metadata.hasAlpha !== true ? 'b-w' : 'srgb';
}

/** More bands than gray and alpha, of which nobody said that they are colours: sharp would make up channels of them. */
function checkBands(metadata: Metadata, fileName: string | undefined): void {
  if (!isGray(metadata) || metadata.channels <= 2) return;
  throw new ImageFormatError({
    ...(fileName !== undefined && { file: fileName }),
    problem: `it has ${metadata.channels} channels; expected 1 (gray) or 3 (RGB), either with alpha`,
    fix: 'Pick the channels that matter and save them as gray or RGB.',
  });
}

function isGray({ space }: Metadata): boolean {
  return space === 'b-w' || space === 'grey16';
}

function is16Bit(space: RasterSpace): boolean {
  return space === 'grey16' || space === 'rgb16';
}

async function readHeader(
  bytes: Uint8Array,
  input: SharpOptions,
  { fileName }: DecodeOptions,
): Promise<Metadata> {
  let metadata: Metadata;
  try {
    metadata = await sharp(bytes, input).metadata();
  } catch (cause) {
    throw unreadable(bytes, fileName, cause);
  }
  if (!formats.includes(metadata.format)) {
    throw imageError(fileName, `${metadata.format.toUpperCase()} files are not read`);
  }
  return metadata;
}

function unreadable(bytes: Uint8Array, file: string | undefined, cause: unknown): ImageFormatError {
  if (imageKind(bytes) === 'unknown') return unknownFormat(bytes, file, cause);
  const message = cause instanceof Error ? cause.message : String(cause);
  const reason = message.split('\n', 1)[0]?.replace(/^Input (buffer|file)\s*/, '') ?? '';
  return damaged(file, reason, cause);
}
