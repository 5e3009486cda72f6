/**
 * Images in a browser: the same pixels as `sharpCodec` gives in Node. PNG, TIFF, BMP and Netpbm files are decoded exactly, at their
 * own depth; JPEG, WebP, GIF and AVIF by the browser.
 */
import { defaultImageLimits, type DecodeOptions, type ImageCodec, type Raster } from '@oddpixel/contract';
import { decodeBmp, decodePng, decodePnm, decodeTiff, imageKind } from '@oddpixel/images';
import { checkFileSize, imageError, unknownFormat } from '@oddpixel/images/unstable';
import { encodeRaster } from './encode.ts';
import { decodeNative } from './native-image.ts';

/** An ImageCodec for PNG, JPEG, WebP, TIFF, BMP, GIF (first frame), AVIF, and PBM, PGM, PPM and PAM. Works in pages and in workers. */
export function browserCodec(): ImageCodec {
  return { decode, encode: encodeRaster };
}

async function decode(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Raster> {
  const limits = options.limits ?? defaultImageLimits;
  checkFileSize(bytes, limits, options.fileName);
  const kind = imageKind(bytes);
  switch (kind) {
    case 'png':
      return decodePng(bytes, limits, options);
    case 'tiff':
      return decodeTiff(bytes, limits, options);
    case 'bmp':
      return decodeBmp(bytes, limits, options);
    case 'pnm':
      return decodePnm(bytes, limits, options);
    case 'heif':
      throw imageError(options.fileName, 'HEIF files are not read');
    case 'unknown':
      throw unknownFormat(bytes, options.fileName);
    default:
      return decodeNative(bytes, kind, limits, options);
  }
}
