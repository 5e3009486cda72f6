/**
 * Images through sharp (libvips), and what sharp cannot do through small libraries: BMP, and TIFF of wide numbers.
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
import { checkFileSize, checkPixels } from './limits.ts';
import { decodeWideTiff, isTiff } from './tiff.ts';

/** What sharp may open. It could do more, such as SVG, which draws instead of holding pixels. */
const formats: readonly string[] = ['png', 'jpeg', 'webp', 'tiff', 'gif', 'heif'];
const supported = 'Supported are PNG, JPEG, WebP, TIFF, BMP, GIF and AVIF.';

/** An ImageCodec for PNG, JPEG, WebP, TIFF, BMP, GIF (first frame) and AVIF. */
export function sharpCodec(): ImageCodec {
  return { decode, encode: encodeRaster };
}

async function decode(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Raster> {
  const limits = options.limits ?? defaultImageLimits;
  checkFileSize(bytes, limits, options.fileName);
  if (isBmp(bytes)) return decodeBmp(bytes, limits, options);
  const wide = isTiff(bytes) ? await decodeWideTiff(bytes, limits, options) : undefined;
  if (wide !== undefined) return wide;
  const input = { ignoreIcc: true, limitInputPixels: false, pages: 1, failOn: 'error' } as const;
  const metadata = await readHeader(bytes, input, options);
  checkPixels(metadata.width, metadata.height, limits, options.fileName);
  if (metadata.hasProfile === true) {
    options.onWarning?.('the colour profile is ignored; gray values are taken as they are');
  }
  const isCmyk = metadata.space === 'cmyk' && metadata.depth === 'uchar';
  if (metadata.space === 'cmyk') {
    options.onWarning?.('CMYK is converted to RGB without its colour profile');
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
    return { ...(isGray(metadata) && channels === 4 ? grayWithAlpha(raster) : raster), hasAlpha: true };
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

function isGray({ space }: Metadata): boolean {
  return space === 'b-w' || space === 'grey16';
}

/** Gray and alpha of a gray picture that was read as RGB and alpha. */
function grayWithAlpha({ width, height, data }: Raster): Raster {
  const pixels = data.filter((_, i) => i % 4 === 0 || i % 4 === 3);
  return { width, height, channels: 2, data: pixels };
}

/**
 * RGB by (255 − ink) · (255 − black) / 255, as browsers do without a profile, where sharp would use a printing
 * profile of its own. A fifth channel is dropped: these formats have none that means alpha.
 */
function cmykToRgb({ width, height, channels, data }: Raster): Raster {
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0, to = 0; i < data.length; i += channels) {
    const light = 255 - (data[i + 3] as number);
    for (let c = 0; c < 3; c++) pixels[to++] = Math.round(((255 - (data[i + c] as number)) * light) / 255);
  }
  return { width, height, channels: 3, data: pixels };
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
    throw new ImageFormatError({
      ...(fileName !== undefined && { file: fileName }),
      problem: `${metadata.format.toUpperCase()} files are not read`,
      fix: supported,
    });
  }
  return metadata;
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
          : `the image is damaged or of a kind that is not supported (${reason})`;
  return new ImageFormatError(
    {
      ...(file !== undefined && { file }),
      problem,
      fix: supported,
    },
    { cause },
  );
}

function looksLikeText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 256).every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}
