/** Images between the rooms: pixels in memory, and what turns files into them. */

/**
 * Pixels, interleaved: `data[(y * width + x) * channels + c]`.
 * Integer data spans its type's full range (0..255, 0..65,535); float data carries its own range.
 */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** 1 gray, 2 gray + alpha, 3 RGB, 4 RGB + alpha (straight, not premultiplied), or n. */
  readonly channels: number;
  readonly data: Uint8Array | Uint16Array | Float32Array;
  /** True where the last channel is alpha. */
  readonly hasAlpha?: boolean;
}

/** Refused before memory is spent. */
export interface ImageLimits {
  /** Largest file, in bytes. */
  readonly maxFileBytes: number;
  /** Largest width × height. */
  readonly maxPixels: number;
}

/** 256 MiB and 200 megapixels. */
export const defaultImageLimits: ImageLimits = { maxFileBytes: 256 * 1024 * 1024, maxPixels: 200_000_000 };

export interface DecodeOptions {
  readonly limits?: ImageLimits;
  /** Named in errors and warnings. */
  readonly fileName?: string;
  /** Receives remarks that do not stop the decoding, for example an ignored colour profile. */
  readonly onWarning?: (message: string) => void;
}

export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'tiff';

export interface ImageCodec {
  /**
   * Decodes to gray, RGB, or either with alpha, at the file's own depth; EXIF orientation applied, palette and
   * CMYK expanded to RGB, colour profiles ignored with a warning, the first frame of an animation.
   *
   * @throws ImageFormatError, LimitExceededError
   */
  decode(bytes: Uint8Array, options?: DecodeOptions): Promise<Raster>;
  /** @throws ImageFormatError when the format cannot hold the data (for example float as JPEG). */
  encode(raster: Raster, format: ImageFormat): Promise<Uint8Array>;
}
