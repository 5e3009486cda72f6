/**
 * BMP files: 1 to 32 bits per pixel, with palettes, masks and run lengths, as Windows has written them since 1990
 * (Microsoft, "Bitmap Storage"). Not: JPEG or PNG inside a BMP, and Huffman compression of OS/2.
 */
import type { DecodeOptions, ImageLimits, Raster } from '@oddpixel/contract';
import { imageError } from './problems.ts';
import { checkPixels } from './limits.ts';
import { expandRunLengths } from './bmp-run-lengths.ts';

/** Values of biCompression. */
const [none, runs8, runs4, masks, alphaMasks] = [0, 1, 2, 3, 6];

/** Bytes of the file header, which all offsets count from. */
const fileHeader = 14;

/** Red, green and blue of a 32-bit pixel. */
const usualMasks: readonly number[] = [0xff0000, 0xff00, 0xff];

interface Header {
  readonly width: number;
  readonly height: number;
  readonly fromTop: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the pixels start. */
  readonly start: number;
  /** Three bytes for each colour: red, green, blue. */
  readonly palette: Uint8Array;
  /** Which bits of a pixel are red, green and blue. */
  readonly masks: readonly number[];
}

/**
 * RGB of a BMP. The fourth byte of 32-bit files is padding in nearly all files and is not read as alpha.
 *
 * @throws ImageFormatError, LimitExceededError
 */
export function decodeBmp(bytes: Uint8Array, limits: ImageLimits, { fileName }: DecodeOptions = {}): Raster {
  const refuse = (problem: string, cause?: unknown): Error =>
    imageError(fileName, problem, { fix: 'Save it as PNG.', cause });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: Header;
  try {
    header = readHeader(view);
  } catch (cause) {
    throw refuse('the BMP file is damaged (its header is cut off)', cause);
  }
  const { width, height, bits, compression } = header;
  if (width < 1 || height < 1) throw refuse(`the BMP file is damaged (its size is ${width}×${height})`);
  checkPixels(width, height, limits, fileName);
  const known =
    (compression === none && [1, 2, 4, 8, 16, 24, 32].includes(bits)) ||
    (compression === runs8 && bits === 8) ||
    (compression === runs4 && bits === 4) ||
    ((compression === masks || compression === alphaMasks) && (bits === 16 || bits === 32));
  if (!known) {
    throw refuse(`this kind of BMP (${bits} bits, compression ${compression}) is not supported`);
  }
  // Rows are padded to four bytes.
  const rowBytes = 4 * Math.ceil((width * bits) / 32);
  const isPacked = compression === runs8 || compression === runs4;
  if (!isPacked && header.start + rowBytes * height > bytes.length) {
    throw refuse(
      `the BMP file is damaged (it ends after ${bytes.length} of ${header.start + rowBytes * height} bytes)`,
    );
  }
  const data = new Uint8Array(3 * width * height);
  const packed = isPacked
    ? expandRunLengths(bytes.subarray(header.start), { width, height, bits })
    : undefined;
  if (isPacked && packed === undefined) throw refuse('the BMP file is damaged (its run lengths are cut off)');
  const writePixel = bits <= 8 ? paletteWriter(header.palette, data) : colorWriter(header, view, data);
  for (let y = 0; y < height; y++) {
    const row = header.fromTop ? y : height - 1 - y;
    const at = header.start + row * rowBytes;
    for (let x = 0; x < width; x++) {
      const value =
        bits > 8
          ? at + (x * bits) / 8
          : packed !== undefined
            ? (packed[row * width + x] as number)
            : ((bytes[at + ((x * bits) >> 3)] as number) >> (8 - bits - ((x * bits) & 7))) &
              ((1 << bits) - 1);
      writePixel(value, 3 * (y * width + x));
    }
  }
  return { width, height, channels: 3, data };
}

function readHeader(view: DataView): Header {
  const start = view.getUint32(10, true);
  const size = view.getUint32(fileHeader, true);
  // OS/2 1.x: 16-bit sizes, no compression, colours of three bytes.
  const isCore = size === 12;
  const width = isCore ? view.getUint16(18, true) : view.getInt32(18, true);
  const rows = isCore ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(isCore ? 24 : 28, true);
  const compression = isCore ? none : view.getUint32(30, true);
  const hasMasks = compression === masks || compression === alphaMasks;
  const stated = isCore ? 0 : view.getUint32(46, true);
  const colors = bits > 8 ? 0 : Math.min(stated === 0 ? 1 << bits : stated, 1 << bits);
  const palette = new Uint8Array(3 * colors);
  const paletteAt = fileHeader + size;
  const colorBytes = isCore ? 3 : 4;
  for (let i = 0; i < colors; i++) {
    // Stored blue first.
    for (let c = 0; c < 3; c++) palette[3 * i + c] = view.getUint8(paletteAt + colorBytes * i + 2 - c);
  }
  const usual = bits === 16 ? [0x7c00, 0x03e0, 0x001f] : usualMasks;
  return {
    width,
    // Negative heights mean rows from top to bottom.
    height: Math.abs(rows),
    fromTop: rows < 0,
    bits,
    compression,
    start,
    palette,
    masks: hasMasks ? [54, 58, 62].map((at) => view.getUint32(at, true)) : usual,
  };
}

type PixelWriter = (value: number, to: number) => void;

/** Writes colours of the palette; an index beyond it is black, as browsers show it. */
function paletteWriter(palette: Uint8Array, data: Uint8Array): PixelWriter {
  return (index, to) => {
    for (let c = 0; c < 3; c++) data[to + c] = palette[3 * index + c] ?? 0;
  };
}

/** Writes the colours that are found at a place of the file. */
function colorWriter({ bits, masks: bitMasks }: Header, view: DataView, data: Uint8Array): PixelWriter {
  // Nearly all files: blue, green, red, one byte each, and in 32 bits a fourth that says nothing.
  if (bits === 24 || (bits === 32 && bitMasks.join() === usualMasks.join())) {
    return (at, to) => {
      for (let c = 0; c < 3; c++) data[to + c] = view.getUint8(at + 2 - c);
    };
  }
  const parts = bitMasks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, largest: mask >>> shift };
  });
  return (at, to) => {
    const pixel = bits === 16 ? view.getUint16(at, true) : view.getUint32(at, true);
    parts.forEach(({ mask, shift, largest }, c) => {
      data[to + c] = largest === 0 ? 0 : Math.round((((pixel & mask) >>> shift) * 255) / largest);
    });
  };
}
