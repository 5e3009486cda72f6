/** PNG files, written: 8 or 16 bits, not interlaced, rows without a filter (PNG specification, sections 5, 7 and 10). */
import { type Raster } from '@oddpixel/contract';
import { joinBytes } from '@oddpixel/contract/unstable';
import { deflate } from './deflate.ts';
import { crc32, pngColor, pngSignature } from './png-chunks.ts';
import { checkEncodable } from './problems.ts';

/**
 * The file of a raster with 1 to 4 channels of 8 or 16 bits; two and four channels end with alpha.
 *
 * @throws ImageFormatError
 */
export async function encodePng(raster: Raster): Promise<Uint8Array> {
  checkEncodable(raster, 'png');
  const { width, height, channels, data } = raster;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8 * data.BYTES_PER_ELEMENT;
  header[9] = [pngColor.gray, pngColor.grayAlpha, pngColor.rgb, pngColor.rgba][channels - 1] as number;
  return joinBytes([
    pngSignature,
    chunk('IHDR', header),
    chunk('IDAT', await deflate(unfilteredRows(raster))),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** Big-endian values; each row begins with the number of its filter, which is 0. */
function unfilteredRows({ width, height, channels, data }: Raster): Uint8Array<ArrayBuffer> {
  const values = width * channels;
  const rowBytes = 1 + values * data.BYTES_PER_ELEMENT;
  const rows = new Uint8Array(height * rowBytes);
  for (let y = 0; y < height; y++) {
    const at = y * rowBytes + 1;
    const row = data.subarray(y * values, (y + 1) * values);
    if (row instanceof Uint8Array) rows.set(row, at);
    else {
      for (let i = 0; i < values; i++) {
        const value = row[i] as number;
        rows[at + 2 * i] = value >>> 8;
        rows[at + 2 * i + 1] = value & 255;
      }
    }
  }
  return rows;
}

/** Length, type, content, and the checksum of type and content. */
function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}
