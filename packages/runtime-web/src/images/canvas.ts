/**
 * Pixels out of a canvas. A canvas has 8 bits and multiplies colours by their alpha, so that half-transparent pixels
 * come back rounded; opaque ones are exact.
 */
import { ImageFormatError, type Raster } from '@oddpixel/contract';
import { packColours } from './pack-colours.ts';

/** Pixels at a time and side: what every browser can hold, with bounded memory for pictures of any size. */
const tileSize = 4096;

/** What `drawImage` takes. */
export type Drawable = CanvasImageSource;

/** The channels that are taken over from RGBA. */
export type CanvasChannels = 'gray' | 'rgb' | 'rgba';

const channelCount: Readonly<Record<CanvasChannels, number>> = { gray: 1, rgb: 3, rgba: 4 };

/**
 * Draws a picture tile by tile and reads it back.
 *
 * @throws ImageFormatError if the browser does not allow it, or hides what pages read.
 */
export function readPixels(
  source: Drawable,
  width: number,
  height: number,
  kept: CanvasChannels | 'rgbIfOpaque',
  onWarning?: (message: string) => void,
): Raster {
  checkHonesty(onWarning);
  if (width <= tileSize && height <= tileSize) {
    return rasterOf(width, height, readTile(createContext(width, height), source, 0, 0, width, height), kept);
  }
  const most = kept === 'rgbIfOpaque' ? 4 : channelCount[kept];
  const data = new Uint8Array(width * height * most);
  const context = createContext(Math.min(width, tileSize), Math.min(height, tileSize));
  for (let top = 0; top < height; top += tileSize) {
    for (let left = 0; left < width; left += tileSize) {
      const [columns, rows] = [Math.min(tileSize, width - left), Math.min(tileSize, height - top)];
      const pixels = readTile(context, source, left, top, columns, rows);
      for (let y = 0; y < rows; y++) {
        let to = ((top + y) * width + left) * most;
        for (let from = 4 * y * columns; from < 4 * (y + 1) * columns; from += 4) {
          for (let c = 0; c < most; c++) data[to++] = pixels[from + c] as number;
        }
      }
    }
  }
  return most === 4 ? rasterOf(width, height, data, kept) : { width, height, channels: most, data };
}

function readTile(
  context: OffscreenCanvasRenderingContext2D,
  source: Drawable,
  left: number,
  top: number,
  columns: number,
  rows: number,
): Uint8Array<ArrayBuffer> {
  context.clearRect(0, 0, columns, rows);
  context.drawImage(source, -left, -top);
  return new Uint8Array(readBack(context, columns, rows).buffer);
}

/** @param pixels all of them, RGBA. */
function rasterOf(
  width: number,
  height: number,
  pixels: Uint8Array<ArrayBuffer>,
  kept: CanvasChannels | 'rgbIfOpaque',
): Raster {
  const rgba: Raster = { width, height, channels: 4, data: pixels, hasAlpha: true };
  if (kept === 'rgba') return rgba;
  if (kept === 'gray') {
    const data = new Uint8Array(width * height);
    for (let i = 0; i < data.length; i++) data[i] = pixels[4 * i] as number;
    return { width, height, channels: 1, data };
  }
  const { data, isOpaque } = packColours(pixels);
  return kept === 'rgbIfOpaque' && !isOpaque ? rgba : { width, height, channels: 3, data };
}

/** A canvas that is read and never shown. */
export function createContext(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context !== null) return context;
  throw new ImageFormatError({ problem: `the browser gives no canvas of ${width}×${height} pixels` });
}

function readBack(
  context: OffscreenCanvasRenderingContext2D,
  columns: number,
  rows: number,
): Uint8ClampedArray<ArrayBuffer> {
  try {
    return context.getImageData(0, 0, columns, rows).data;
  } catch (cause) {
    throw new ImageFormatError(
      {
        problem: 'the browser does not let this page read the picture, which comes from another site',
        fix: 'Fetch it as a file, or let its server allow this (CORS) and set `crossOrigin` before `src`.',
      },
      { cause },
    );
  }
}

/** Values that a browser may change without spoiling an inspection. */
const smallChange = 2;

/**
 * Some browsers change what a page reads from a canvas, so that sites cannot recognize a machine by it: by one gray
 * value here and there, or altogether.
 */
function checkHonesty(onWarning: ((message: string) => void) | undefined): void {
  const side = 16;
  const context = createContext(side, side);
  const written = Uint8ClampedArray.from({ length: 4 * side * side }, (_, i) =>
    i % 4 === 3 ? 255 : (i * 37) % 256,
  );
  context.putImageData(new ImageData(written, side, side), 0, 0);
  const read = readBack(context, side, side);
  const worst = written.reduce((most, value, i) => Math.max(most, Math.abs(value - (read[i] as number))), 0);
  if (worst === 0) return;
  if (worst <= smallChange) {
    onWarning?.('this browser changes pixels a little, as a protection against tracking');
    return;
  }
  throw new ImageFormatError({
    problem: 'this browser hides pixels from pages, as a protection against tracking',
    fix: 'Allow this site to read canvases.',
  });
}
