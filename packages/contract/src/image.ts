/** Images between the rooms: pixels in memory, and what turns files into them. */

/**
 * Pixels, interleaved: `data[(y * width + x) * channels + c]`.
 * Integer data spans its type's full range (0..255, 0..65,535), unless the file's writer used less of it: values are
 * not stretched (a PGM file with a largest value of 4,095, or a camera's 12 bits in a 16-bit PNG). Float data carries
 * its own range.
 */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** 1 gray, 2 gray + alpha, 3 RGB, 4 RGB + alpha (straight, not premultiplied), or n. */
  readonly channels: number;
  readonly data: Uint8Array | Uint16Array | Float32Array;
  /** True if the last channel is alpha. */
  readonly hasAlpha?: boolean | undefined;
}

/** Refused before memory is spent. */
export interface ImageLimits {
  /** Largest file, in bytes. */
  readonly maxFileBytes: number;
  /** Largest width × height. */
  readonly maxPixels: number;
  /**
   * Largest decoded image, in bytes: width × height × channels × bytes per value, padding of tiles included.
   * Default: 4 × `maxPixels`. GIF and WebP count as four bytes per pixel. Decoding takes at most three times as much
   * memory, of WebP four times.
   */
  readonly maxDecodedBytes?: number | undefined;
}

/** 256 MiB and 200 megapixels. */
export const defaultImageLimits: ImageLimits = { maxFileBytes: 256 * 1024 * 1024, maxPixels: 200_000_000 };

export interface DecodeOptions {
  readonly limits?: ImageLimits | undefined;
  /** Named in errors and warnings. */
  readonly fileName?: string | undefined;
  /** Receives remarks that do not stop the decoding, for example an ignored colour profile. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /**
   * Take what can be read of a damaged or cut-off image, with a warning. Default: false, it is refused: the part that
   * is missing would be inspected as gray.
   */
  readonly acceptDamaged?: boolean | undefined;
}

export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'tiff';

export interface ImageCodec {
  /**
   * Decodes to gray, RGB, or either with alpha (of a TIFF: to all bands that it holds), at the file's own depth; EXIF
   * orientation applied, palette and CMYK expanded to RGB, colour profiles ignored with a warning, the first frame of
   * an animation.
   *
   * @throws ImageFormatError, LimitExceededError
   */
  decode(bytes: Uint8Array, options?: DecodeOptions): Promise<Raster>;
  /** @throws ImageFormatError when the format cannot hold the data (for example float as JPEG). */
  encode(raster: Raster, format: ImageFormat): Promise<Uint8Array>;
}
