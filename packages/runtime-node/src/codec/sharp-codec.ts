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
  type ImageLimits,
  LimitExceededError,
  type Raster,
} from '@oddpixel/contract';
import {
  decodeBmp,
  decodePng,
  decodePnm,
  decodeTiff,
  imageKind,
  readAvifHeader,
  readGifHeader,
  readJpegHeader,
  readWebpHeader,
} from '@oddpixel/images';
import {
  checkFileSize,
  checkPixels,
  checkTiff,
  cmykToRgb,
  cmykWarning,
  damaged,
  decodeWideTiff,
  imageError,
  jpegPixels,
  pageWarning,
  pngPixels,
  closeGif,
  gifDamage,
  pngChannels,
  readPngHeader,
  damageWarning,
  isBmp,
  isPnm,
  isTiff,
  pickChannels,
  profileWarning,
  webpPixels,
  unknownFormat,
} from '@oddpixel/images/unstable';
import { encodeRaster } from './encode.ts';
import { addSpareRows, dropSpareRows } from './jpeg-spare-rows.ts';

/** Bytes of a pixel if animations are possible: red, green, blue and alpha, whatever the file has. */
const canvasBytes = 4;

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

/** What `decode` does if its own options say nothing. */
export type CodecDefaults = Pick<DecodeOptions, 'limits' | 'acceptDamaged'>;

async function decode(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Raster> {
  const limits = options.limits ?? defaultImageLimits;
  checkFileSize(bytes, limits, options.fileName);
  if (isBmp(bytes)) return decodeBmp(bytes, limits, options);
  if (isPnm(bytes)) return decodePnm(bytes, limits, options);
  if (isTiff(bytes)) return decodeTiffBySharp(bytes, limits, options);
  const prepared = pixelsOnly(bytes, limits, options);
  const isPng = imageKind(bytes) === 'png';
  // libpng keeps what it has read of a damaged one to itself.
  if (isPng && prepared.isDamaged === true) return decodePng(bytes, limits, options);
  try {
    return await decodeBySharp(prepared, limits, options, 'warning');
  } catch (error) {
    if (!(error instanceof ImageFormatError)) throw error;
    // Some cameras fill up the end of their files.
    if (isHarmless(error)) return decodeBySharp(prepared, limits, options, 'error');
    if (options.acceptDamaged !== true) throw error;
    if (isPng) return decodePng(bytes, limits, options);
    const raster = await decodeBySharp(prepared, limits, options, 'none');
    if (prepared.isDamaged !== true) options.onWarning?.(damageWarning(error.details.problem));
    return raster;
  }
}

async function decodeTiffBySharp(
  bytes: Uint8Array,
  limits: ImageLimits,
  options: DecodeOptions,
): Promise<Raster> {
  const { pages, damage } = checkTiff(bytes, limits, options);
  // Of a damaged strip, libtiff gives nothing.
  if (damage !== undefined) return decodeTiff(bytes, limits, options);
  let raster = await decodeWideTiff(bytes, limits, options);
  try {
    raster ??= await decodeBySharp({ bytes }, limits, options, 'warning');
  } catch (error) {
    if (!(error instanceof ImageFormatError) || options.acceptDamaged !== true) throw error;
    return await decodeTiff(bytes, limits, options).catch(async () => {
      const found = await decodeBySharp({ bytes }, limits, options, 'none');
      options.onWarning?.(damageWarning(error.details.problem));
      return found;
    });
  }
  if (pages > 1) options.onWarning?.(pageWarning(pages, 'page'));
  return raster;
}

/** Bytes between the last pixel and the mark of the end. */
function isHarmless({ cause }: ImageFormatError): boolean {
  return cause instanceof Error && /extraneous bytes before marker 0xd9/i.test(cause.message);
}

interface Prepared {
  readonly bytes: Uint8Array;
  readonly hasProfile?: boolean;
  /** Its structure showed the damage already, and it was reported. */
  readonly isDamaged?: boolean;
  /** Of a JPEG: rows at its end that it has not, and where its end is. */
  readonly spareRows?: number;
  readonly orientation?: number;
  /** Looks for damage that the library does not see, while it decodes on a thread of its own. */
  readonly meanwhile?: (() => string | undefined) | undefined;
}

/** The file without what is not pixels, its size and structure checked before a library sees it. */
function pixelsOnly(bytes: Uint8Array, limits: ImageLimits, options: DecodeOptions): Prepared {
  const { fileName, onWarning, acceptDamaged } = options;
  const kind = imageKind(bytes);
  try {
    if (kind === 'png') {
      const { width, height, depth, colorType } = readPngHeader(bytes);
      checkPixels(width, height, limits, fileName, pngChannels(colorType) * (depth === 16 ? 2 : 1));
      const { frames, damage, ...pixels } = pngPixels(bytes);
      if (frames > 1) onWarning?.(pageWarning(frames, 'frame'));
      if (damage !== undefined && acceptDamaged !== true) throw new Error(damage);
      return { ...pixels, isDamaged: damage !== undefined };
    }
    if (kind === 'jpeg') {
      const { width, height, components } = readJpegHeader(bytes);
      checkPixels(width, height, limits, fileName, components);
      const { hasProfile, orientation, ...pixels } = jpegPixels(bytes);
      const spare = addSpareRows(pixels.bytes);
      const damage = pixels.damage ?? spare.damage;
      if (damage !== undefined && acceptDamaged !== true) throw new Error(damage);
      if (damage !== undefined) onWarning?.(damageWarning(damage));
      return { ...spare, hasProfile, orientation, isDamaged: damage !== undefined };
    }
    if (kind === 'gif') {
      const header = readGifHeader(bytes);
      checkPixels(header.width, header.height, limits, fileName, canvasBytes);
      checkPixels(header.frameWidth, header.frameHeight, limits, fileName, canvasBytes);
      const { damage } = header;
      if (damage !== undefined && acceptDamaged !== true) throw new Error(damage);
      if (damage !== undefined) onWarning?.(damageWarning(damage));
      return {
        bytes: closeGif(bytes, header),
        isDamaged: damage !== undefined,
        meanwhile: damage === undefined ? () => gifDamage(bytes, header) : undefined,
      };
    }
    if (kind === 'webp') {
      const { width, height, hasProfile, frames, damage } = readWebpHeader(bytes);
      checkPixels(width, height, limits, fileName, canvasBytes);
      // libwebp reads whole files only.
      if (damage !== undefined) throw new Error(damage);
      if (frames > 1) onWarning?.(pageWarning(frames, 'frame'));
      return { bytes: webpPixels(bytes), hasProfile };
    }
    if (kind === 'avif' || kind === 'heif') {
      const { width, height, hasAlpha } = readAvifHeader(bytes);
      checkPixels(width, height, limits, fileName, hasAlpha ? 4 : 3);
    }
  } catch (cause) {
    if (cause instanceof LimitExceededError) throw cause;
    throw damaged(fileName, cause instanceof Error ? cause.message : String(cause), cause);
  }
  return { bytes };
}

async function decodeBySharp(
  { bytes, hasProfile, spareRows = 0, orientation = 1, meanwhile }: Prepared,
  limits: ImageLimits,
  options: DecodeOptions,
  failOn: 'warning' | 'error' | 'none',
): Promise<Raster> {
  const input = { ignoreIcc: true, limitInputPixels: false, pages: 1, failOn } as const;
  const metadata = await readHeader(bytes, input, options);
  checkPixels(metadata.width, metadata.height - spareRows, limits, options.fileName);
  checkBands(metadata, options.fileName);
  const warnings: string[] = [];
  if (hasProfile ?? metadata.hasProfile === true) warnings.push(profileWarning);
  if (metadata.format !== 'tiff' && (metadata.pages ?? 1) > 1) {
    warnings.push(pageWarning(metadata.pages, 'frame'));
  }
  const isCmyk = metadata.space === 'cmyk' && metadata.depth === 'uchar';
  if (metadata.space === 'cmyk') warnings.push(cmykWarning);
  const target = rasterSpace(metadata);
  const image = sharp(bytes, input).autoOrient();
  const pipeline = isCmyk
    ? image.pipelineColourspace('cmyk').toColourspace('cmyk')
    : image.toColourspace(target);
  const decoding = pipeline
    .raw({ depth: is16Bit(target) ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const damage = meanwhile?.();
  if (damage !== undefined) {
    if (options.acceptDamaged !== true) {
      await decoding.catch(() => {});
      throw damaged(options.fileName, damage);
    }
    warnings.push(damageWarning(damage));
  }
  try {
    const { data, info } = await decoding;
    // Reported once, though a file may be tried twice.
    for (const warning of warnings) options.onWarning?.(warning);
    const { width, height, channels } = info;
    const pixels = is16Bit(target)
      ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
      : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const raster = dropSpareRows({ width, height, channels, data: pixels }, spareRows, orientation);
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
    file: fileName,
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
