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
 * RGB of a BMP with 1 to 32 bits per pixel. The fourth byte of 32-bit files is padding in nearly all files and is not
 * read as alpha. Run-length compression, and 4 bits with an odd width, are refused: the decoder gets them wrong.
 *
 * @throws ImageFormatError, LimitExceededError
 */
export function decodeBmp(bytes: Uint8Array, limits: ImageLimits, { fileName }: DecodeOptions): Raster {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Negative heights mean rows from top to bottom.
  const [columns, rows] = [Math.abs(header.getInt32(18, true)), Math.abs(header.getInt32(22, true))];
  checkPixels(columns, rows, limits, fileName);
  const bits = bytes.length > 30 ? header.getUint16(28, true) : 0;
  const compression = bytes.length > 34 ? header.getUint32(30, true) : 0;
  if (compression === 1 || compression === 2 || (bits === 4 && columns % 2 === 1)) {
    throw unsupported(
      fileName,
      'this kind of BMP (compressed, or 16 colours with an odd width) is not supported',
    );
  }
  try {
    const { width, height, data } = decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    // Alpha, blue, green, red: the one order that the decoder uses for palettes and true colours alike.
    const pixels = new Uint8Array(width * height * 3);
    for (let i = 0; i < width * height; i++) {
      pixels[3 * i] = data[4 * i + 3] as number;
      pixels[3 * i + 1] = data[4 * i + 2] as number;
      pixels[3 * i + 2] = data[4 * i + 1] as number;
    }
    return { width, height, channels: 3, data: pixels };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw unsupported(fileName, `the BMP file is damaged or of an unknown kind (${reason})`, cause);
  }
}

function unsupported(file: string | undefined, problem: string, cause?: unknown): ImageFormatError {
  return new ImageFormatError(
    { ...(file !== undefined && { file }), problem, fix: 'Save it as PNG.' },
    { cause },
  );
}
