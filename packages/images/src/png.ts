/**
 * PNG files of every kind, exactly: 1 to 16 bits, palettes, transparent colours, interlaced. A canvas would narrow
 * them to 8 bits and round them by their alpha.
 */
import { defaultImageLimits, type DecodeOptions, type ImageLimits, type Raster } from '@oddpixel/contract';
import { inflate } from './inflate.ts';
import { inflateDamaged } from './inflate-damaged.ts';
import { checkPixels } from './limits.ts';
import { orient } from './orient.ts';
import {
  pngChannels,
  pngColor,
  readPngChunks,
  storedPngChannels,
  readPngHeader,
  type PngChunks,
  type PngHeader,
} from './png-chunks.ts';
import { lastFilter, pngPasses, undoFilter, type PngPass } from './png-rows.ts';
import { damaged, damageWarning, profileWarning } from './problems.ts';

/** @throws ImageFormatError, LimitExceededError */
export async function decodePng(
  bytes: Uint8Array,
  limits: ImageLimits = defaultImageLimits,
  { fileName, onWarning, acceptDamaged }: DecodeOptions = {},
): Promise<Raster> {
  const attempt = <T>(read: () => T): T => {
    try {
      return read();
    } catch (cause) {
      throw damaged(fileName, cause instanceof Error ? cause.message : String(cause), cause);
    }
  };
  const header = attempt(() => readPngHeader(bytes));
  const valueBytes = header.depth === 16 ? 2 : 1;
  checkPixels(header.width, header.height, limits, fileName, pngChannels(header.colorType) * valueBytes);
  const chunks = attempt(() => readPngChunks(bytes));
  const channels = storedPngChannels(header.colorType);
  const passes = pngPasses(header, channels);
  const length = passes.reduce((sum, { height, rowBytes }) => sum + height * (1 + rowBytes), 0);
  if (chunks.damage !== undefined && acceptDamaged !== true) throw damaged(fileName, chunks.damage);
  let { damage } = chunks;
  const packed = await inflate(chunks.data, length).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : 'its data cannot be inflated';
    if (acceptDamaged !== true) throw damaged(fileName, reason, cause);
    damage ??= reason;
    return wholeRows(inflateDamaged(chunks.data, length), passes);
  });
  if (damage !== undefined) onWarning?.(damageWarning(damage));
  if (chunks.hasProfile) onWarning?.(profileWarning);
  return orient(
    attempt(() => unpack(packed, header, chunks, passes)),
    chunks.orientation,
  );
}

/** Rows from the first unknown filter on are black: zeros without a filter. */
function wholeRows(packed: Uint8Array, passes: readonly PngPass[]): Uint8Array {
  let at = 0;
  for (const { height, rowBytes } of passes) {
    for (let y = 0; y < height; y++, at += 1 + rowBytes) {
      if ((packed[at] as number) > lastFilter) return packed.fill(0, at);
    }
  }
  return packed;
}

function unpack(
  packed: Uint8Array,
  header: PngHeader,
  chunks: PngChunks,
  passes: readonly PngPass[],
): Raster {
  const { width, height, depth, colorType } = header;
  const stored = storedPngChannels(colorType);
  const isPalette = colorType === pngColor.palette;
  const hasOwnAlpha = colorType === pngColor.grayAlpha || colorType === pngColor.rgba;
  const hasAlpha = hasOwnAlpha || chunks.transparency !== undefined;
  const channels = (isPalette ? 3 : stored) + (hasAlpha && !hasOwnAlpha ? 1 : 0);
  const count = width * height * channels;
  const data = depth === 16 ? new Uint16Array(count) : new Uint8Array(count);
  const writePixel = isPalette
    ? paletteWriter(chunks, data)
    : valueWriter(stored, depth, hasOwnAlpha ? undefined : chunks.transparency, data);
  const back = Math.max(1, (stored * depth) >> 3);
  // Rows that are the raster's own already.
  const isPlain = depth >= 8 && channels === stored && !isPalette && !header.isInterlaced;
  let at = 0;
  for (const pass of passes) {
    let above: Uint8Array = new Uint8Array(pass.rowBytes);
    const values = depth === 8 ? undefined : new Uint16Array(pass.width * stored);
    for (let y = 0; y < pass.height; y++) {
      const row = packed.subarray(at + 1, at + 1 + pass.rowBytes);
      undoFilter(packed[at] as number, row, above, back);
      at += 1 + pass.rowBytes;
      above = row;
      const unpacked = values === undefined ? row : unpackRow(row, depth, values);
      if (isPlain) {
        data.set(unpacked, y * width * channels);
        continue;
      }
      let to = ((pass.top + y * pass.stepY) * width + pass.left) * channels;
      for (let x = 0; x < pass.width; x++, to += pass.stepX * channels) writePixel(unpacked, x * stored, to);
    }
  }
  return { width, height, channels, data, hasAlpha: hasAlpha ? true : undefined };
}

/** Values of 1, 2, 4 or 16 bits, one by one. */
function unpackRow(row: Uint8Array, depth: number, values: Uint16Array): Uint16Array {
  if (depth === 16) {
    for (let i = 0; i < values.length; i++)
      values[i] = ((row[2 * i] as number) << 8) | (row[2 * i + 1] as number);
    return values;
  }
  const mask = (1 << depth) - 1;
  for (let i = 0; i < values.length; i++) {
    const bit = i * depth;
    values[i] = ((row[bit >> 3] as number) >> (8 - depth - (bit & 7))) & mask;
  }
  return values;
}

type PixelWriter = (row: Uint8Array | Uint16Array, from: number, to: number) => void;

/** Gray and colours as they are stored; fewer than 8 bits are spread over 0..255. */
function valueWriter(
  channels: number,
  depth: number,
  transparency: Uint8Array | undefined,
  data: Uint8Array | Uint16Array,
): PixelWriter {
  const scale = depth < 8 ? 255 / ((1 << depth) - 1) : 1;
  if (transparency === undefined) {
    return (row, from, to) => {
      for (let c = 0; c < channels; c++) data[to + c] = (row[from + c] as number) * scale;
    };
  }
  if (transparency.length !== 2 * channels) throw new Error('its transparent colour is cut off');
  const opaque = depth === 16 ? 65_535 : 255;
  const mask = (1 << depth) - 1;
  const hidden = Array.from(
    { length: channels },
    (_, c) => (((transparency[2 * c] as number) << 8) | (transparency[2 * c + 1] as number)) & mask,
  );
  return (row, from, to) => {
    let isHidden = true;
    for (let c = 0; c < channels; c++) {
      const value = row[from + c] as number;
      isHidden &&= value === hidden[c];
      data[to + c] = value * scale;
    }
    data[to + channels] = isHidden ? 0 : opaque;
  };
}

function paletteWriter({ palette, transparency }: PngChunks, data: Uint8Array | Uint16Array): PixelWriter {
  if (palette === undefined || palette.length === 0 || palette.length % 3 !== 0) {
    throw new Error('it has no palette');
  }
  return (row, from, to) => {
    const index = row[from] as number;
    // An index beyond the palette is black.
    for (let c = 0; c < 3; c++) data[to + c] = palette[3 * index + c] ?? 0;
    if (transparency !== undefined) data[to + 3] = transparency[index] ?? 255;
  };
}
