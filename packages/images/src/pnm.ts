/**
 * Netpbm files: PBM, PGM, PPM (P1 to P6) and PAM (P7) of 8 and 16 bits. Values are kept as they are stored: a camera's
 * 12 bits (largest value 4,095) come in 16 bits and are not stretched, as in PNG and TIFF. Only bitmaps are spread,
 * over 0 and 255. Not: PFM.
 */
import type { DecodeOptions, ImageLimits, Raster } from '@oddpixel/contract';
import { checkPixels } from './limits.ts';
import { isBlank, isDigit, readPnmHeader, skipBlanks, type PnmHeader } from './pnm-header.ts';
import { damaged, pageWarning } from './problems.ts';

/** @throws ImageFormatError, LimitExceededError */
export function decodePnm(
  bytes: Uint8Array,
  limits: ImageLimits,
  { fileName, onWarning }: DecodeOptions = {},
): Raster {
  const attempt = <T>(read: () => T): T => {
    try {
      return read();
    } catch (cause) {
      throw damaged(fileName, cause instanceof Error ? cause.message : String(cause), cause);
    }
  };
  const header = attempt(() => readPnmHeader(bytes));
  const { width, height, channels, maxval, isBitmap, isText, hasAlpha } = header;
  checkPixels(width, height, limits, fileName, channels * (maxval > 255 ? 2 : 1));
  const isFull = channels === 2 || channels === 4;
  return attempt(() => {
    const count = width * height * channels;
    const needed = header.start + (isText ? count : packedBytes(header));
    if (needed > bytes.length) throw new Error(`it ends after ${bytes.length} of at least ${needed} bytes`);
    const data = maxval > 255 ? new Uint16Array(count) : new Uint8Array(count);
    const end = isText ? readText(bytes, header, data) : readPacked(bytes, header, data);
    if (isBitmap) for (let i = 0; i < count; i++) data[i] = data[i] === 0 ? 255 : 0;
    // Several pictures may follow each other.
    if (/^P[1-7]\s/.test(String.fromCharCode(...bytes.subarray(end, end + 3)))) onWarning?.(pageWarning());
    return { width, height, channels, data, hasAlpha: isFull ? hasAlpha : undefined };
  });
}

function packedBytes({ width, height, channels, maxval, isBitmap }: PnmHeader): number {
  if (isBitmap) return Math.ceil(width / 8) * height;
  return width * height * channels * (maxval > 255 ? 2 : 1);
}

/** @returns where the pixels end */
function readPacked(bytes: Uint8Array, header: PnmHeader, data: Uint8Array | Uint16Array): number {
  const { width, maxval, isBitmap, start } = header;
  const end = start + packedBytes(header);
  if (isBitmap) {
    const rowBytes = Math.ceil(width / 8);
    for (let i = 0; i < data.length; i++) {
      const x = i % width;
      const byte = bytes[start + ((i - x) / width) * rowBytes + (x >> 3)] as number;
      data[i] = (byte >> (7 - (x & 7))) & 1;
    }
    return end;
  }
  if (maxval > 255) {
    // Highest byte first.
    for (let i = 0, at = start; i < data.length; i++, at += 2) {
      data[i] = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    }
  } else data.set(bytes.subarray(start, end));
  if (maxval === 255 || maxval === 65_535) return end;
  for (let i = 0; i < data.length; i++) checkValue(data[i] as number, maxval);
  return end;
}

/** @returns where the pixels end */
function readText(
  bytes: Uint8Array,
  { maxval, isBitmap, start }: PnmHeader,
  data: Uint8Array | Uint16Array,
): number {
  let at = start;
  for (let i = 0; i < data.length; i++) {
    at = skipBlanks(bytes, at);
    if (!isDigit(bytes[at])) {
      throw new Error(
        at < bytes.length
          ? 'its pixels hold something that is not a number'
          : `it has ${i} of ${data.length} values`,
      );
    }
    let value = (bytes[at++] as number) - 0x30;
    // Bits need no space between them.
    if (!isBitmap) while (isDigit(bytes[at])) value = 10 * value + (bytes[at++] as number) - 0x30;
    checkValue(value, maxval);
    data[i] = value;
  }
  while (isBlank(bytes[at])) at++;
  return at;
}

function checkValue(value: number, maxval: number): void {
  if (value > maxval) throw new Error(`it holds the value ${value}, but states ${maxval} as the largest`);
}
