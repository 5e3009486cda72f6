/** Images through the browser's own decoder: JPEG, WebP, GIF and AVIF, all of which have 8 bits or are taken so. */
import type { DecodeOptions, ImageLimits, Raster } from '@oddpixel/contract';
import {
  missingJpegBlocks,
  readAvifHeader,
  readGifHeader,
  readJpegHeader,
  readWebpHeader,
} from '@oddpixel/images';
import {
  checkPixels,
  cmykWarning,
  damaged,
  closeGif,
  damageWarning,
  gifDamage,
  imageError,
  jpegPixels,
  orient,
  pageWarning,
  profileWarning,
} from '@oddpixel/images/unstable';
import { plainBytes } from '../files/plain-bytes.ts';
import { readPixels, type CanvasChannels } from './canvas.ts';

export type NativeKind = 'jpeg' | 'webp' | 'gif' | 'avif';

/** What the file says about itself, which the browser does not tell. */
interface Header {
  readonly width: number;
  readonly height: number;
  readonly kept: CanvasChannels;
  readonly hasProfile?: boolean;
  readonly isCmyk?: boolean;
  /** Pictures of an animation. */
  readonly frames?: number;
  /** What the browser would forgive. */
  readonly damage?: string | undefined;
  /** What is left to do after the browser's own turning. */
  readonly orientation?: number;
  /** Without what some browsers follow and others do not. */
  readonly bytes?: Uint8Array;
}

/** @throws ImageFormatError, LimitExceededError */
export async function decodeNative(
  bytes: Uint8Array,
  kind: NativeKind,
  limits: ImageLimits,
  { fileName, onWarning, acceptDamaged }: DecodeOptions,
): Promise<Raster> {
  let header: Header;
  try {
    header = readers[kind](bytes);
  } catch (cause) {
    throw damaged(fileName, cause instanceof Error ? cause.message : String(cause), cause);
  }
  checkPixels(header.width, header.height, limits, fileName);
  if (header.damage !== undefined) {
    if (acceptDamaged !== true) throw damaged(fileName, header.damage);
    onWarning?.(damageWarning(header.damage));
  }
  if ((header.frames ?? 1) > 1) onWarning?.(pageWarning(header.frames, 'frame'));
  if (header.hasProfile === true) onWarning?.(profileWarning);
  if (header.isCmyk === true) onWarning?.(cmykWarning);
  const bitmap = await openBitmap(header.bytes ?? bytes, kind, fileName);
  try {
    checkPixels(bitmap.width, bitmap.height, limits, fileName);
    const raster = readPixels(bitmap, bitmap.width, bitmap.height, header.kept, onWarning);
    return orient(raster, header.orientation ?? 1);
  } finally {
    bitmap.close();
  }
}

async function openBitmap(
  bytes: Uint8Array,
  kind: NativeKind,
  fileName: string | undefined,
): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(new Blob([plainBytes(bytes)], { type: `image/${kind}` }), {
      premultiplyAlpha: 'none',
      colorSpaceConversion: 'none',
      imageOrientation: 'from-image',
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw imageError(
      fileName,
      `the image is damaged, or this browser cannot read ${kind.toUpperCase()} (${reason})`,
      { cause },
    );
  }
}

const readers: Readonly<Record<NativeKind, (bytes: Uint8Array) => Header>> = {
  jpeg(bytes) {
    const { width, height, components, bits, hasProfile, isComplete } = readJpegHeader(bytes);
    const damage = isComplete
      ? (jpegPixels(bytes).damage ?? missingJpegBlocks(bytes))
      : 'it ends before its pixels do';
    if (bits !== 8) throw new Error(`it has ${bits} bits per value`);
    return {
      width,
      height,
      kept: components === 1 ? 'gray' : 'rgb',
      hasProfile,
      isCmyk: components === 4,
      damage,
    };
  },
  webp(bytes) {
    const { width, height, hasAlpha, hasProfile, orientation, exifAt, frames, damage } =
      readWebpHeader(bytes);
    const kept = hasAlpha ? 'rgba' : 'rgb';
    const header = { width, height, kept, hasProfile, orientation, frames, damage } as const;
    if (exifAt === undefined || orientation === 1) return header;
    // Chromium does not turn WebP: with the orientation out of sight, no browser does, and we do.
    const hidden = bytes.slice();
    hidden.set([0x78, 0x78, 0x78, 0x78], exifAt);
    return { ...header, bytes: hidden };
  },
  gif(bytes) {
    const header = readGifHeader(bytes);
    const { width, height, hasAlpha, frames, frameWidth, frameHeight } = header;
    return {
      width: Math.max(width, frameWidth),
      height: Math.max(height, frameHeight),
      kept: hasAlpha ? 'rgba' : 'rgb',
      frames,
      damage: gifDamage(bytes, header),
      bytes: closeGif(bytes, header),
    };
  },
  avif(bytes) {
    const { width, height, hasAlpha, hasProfile } = readAvifHeader(bytes);
    return { width, height, kept: hasAlpha ? 'rgba' : 'rgb', hasProfile };
  },
};
