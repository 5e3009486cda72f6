/** BMP files, which sharp does not read. */
import { decode } from 'bmp-ts';
import {
  ImageFormatError,
  type DecodeOptions,
  type ImageLimits,
  type Raster,
} from '@oddpixel/model-core/contract';
import { checkPixels } from './limits.ts';

/** Bytes of the file header and of the smallest image header that has a size. */
const headerBytes = 26;

export function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d && bytes.length >= headerBytes;
}

/**
 * RGB of any BMP with 1 to 32 bits per pixel. The fourth byte of 32-bit files is padding in nearly all files and is
 * not read as alpha.
 *
 * @throws ImageFormatError, LimitExceededError
 */
export function decodeBmp(bytes: Uint8Array, limits: ImageLimits, { fileName }: DecodeOptions): Raster {
  const header = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  // Negative heights mean rows from top to bottom.
  checkPixels(Math.abs(header.getInt32(18, true)), Math.abs(header.getInt32(22, true)), limits, fileName);
  try {
    const { width, height, data } = decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), {
      toRGBA: true,
    });
    const pixels = new Uint8Array(width * height * 3);
    for (let i = 0; i < width * height; i++) pixels.set(data.subarray(4 * i, 4 * i + 3), 3 * i);
    return { width, height, channels: 3, data: pixels };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImageFormatError(
      {
        ...(fileName !== undefined && { file: fileName }),
        problem: `the BMP file is damaged or of an unknown kind (${reason})`,
        fix: 'Save it as PNG.',
      },
      { cause },
    );
  }
}
