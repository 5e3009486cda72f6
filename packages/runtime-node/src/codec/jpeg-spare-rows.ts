/**
 * A JPEG that claims a few rows more than it has. libvips looks at the decoder's warnings before each strip of eight
 * rows and never after the last one, so that a file cut off in its last blocks passes. With one strip more to come it
 * looks once more. The spare rows are dropped; all others are the same values, as no row depends on those below it
 * (if it does, the decoder reads ahead and libvips sees the warning anyway).
 */
import { missingJpegBlocks } from '@oddpixel/images';
import type { Raster } from '@oddpixel/contract';

interface Component {
  readonly horizontal: number;
  readonly vertical: number;
}

export interface SpareRows {
  readonly bytes: Uint8Array;
  readonly spareRows: number;
  /** What is missing, if it had to be found out by counting. */
  readonly damage?: string | undefined;
}

const [startOfScan, baseline, extended] = [0xda, 0xc0, 0xc1];
const block = 8;

/** libjpeg opens nothing larger. */
const maxHeight = 65_500;

/** @param bytes a JPEG as `jpegPixels` leaves it; its frame is changed in place */
export function addSpareRows(bytes: Uint8Array): SpareRows {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frame: number | undefined;
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at + 1] !== startOfScan) {
    if (bytes[at + 1] === baseline || bytes[at + 1] === extended) frame = at;
    at += 2 + view.getUint16(at + 2);
  }
  // All other kinds, and files of several scans, are read as a whole before the first strip.
  if (frame === undefined || bytes[at + 4] !== bytes[frame + 9]) return { bytes, spareRows: 0 };
  const height = view.getUint16(frame + 5);
  const components = Array.from({ length: bytes[frame + 9] as number }, (_, i): Component => {
    const sampling = bytes[(frame as number) + 11 + 3 * i] as number;
    return { horizontal: sampling >> 4, vertical: sampling & 15 };
  });
  const largest = Math.max(...components.map(({ vertical }) => vertical));
  if (!(largest > 0)) return { bytes, spareRows: 0 };
  const isAlone = components.length === 1;
  const unit = block * (isAlone ? 1 : largest);
  if (readsAhead(components, view.getUint16(frame + 7)) && height > unit) return { bytes, spareRows: 0 };
  const claimed = unit * Math.ceil(height / unit) + 1;
  if (claimed > maxHeight || components.some(({ vertical }) => vertical < largest)) {
    return { bytes, spareRows: 0, damage: missingJpegBlocks(bytes) };
  }
  view.setUint16(frame + 5, claimed);
  // Alone, a component has one block in a unit whatever its sampling says.
  if (isAlone) bytes[frame + 11] = 0x11;
  return { bytes, spareRows: claimed - height };
}

/** Smooth enlarging of colours by two, downwards, needs the row below. */
function readsAhead(components: readonly Component[], width: number): boolean {
  const across = Math.max(...components.map(({ horizontal }) => horizontal));
  const down = Math.max(...components.map(({ vertical }) => vertical));
  return components.some(
    ({ horizontal, vertical }) =>
      2 * vertical === down &&
      (horizontal === across || (2 * horizontal === across && Math.ceil((width * horizontal) / across) > 2)),
  );
}

/** @param orientation of EXIF, already applied to the raster: where the last rows of the file are now */
export function dropSpareRows(raster: Raster, spareRows: number, orientation: number): Raster {
  if (spareRows === 0) return raster;
  const { width, height, channels, data } = raster;
  if (orientation <= 4) {
    const spare = spareRows * width * channels;
    const isOnTop = orientation === 3 || orientation === 4;
    const kept = isOnTop ? data.subarray(spare) : data.subarray(0, data.length - spare);
    return { ...raster, height: height - spareRows, data: kept };
  }
  const columns = width - spareRows;
  const left = orientation === 6 || orientation === 7 ? spareRows : 0;
  const kept = data.slice(0, columns * height * channels);
  for (let y = 0; y < height; y++) {
    const from = (y * width + left) * channels;
    kept.set(data.subarray(from, from + columns * channels), y * columns * channels);
  }
  return { ...raster, width: columns, data: kept };
}
