/** Rasters for the screen. */
import type { Raster } from '@oddpixel/contract';

export interface ToImageDataOptions {
  /** The values that become black and white. Default: 0 to 255 or 65,535; of floats, their smallest and largest. */
  readonly range?: readonly [black: number, white: number];
}

/** 8-bit RGBA of a raster: gray is spread over the colours, and of more than four channels the first three are shown. */
export function toImageData(raster: Raster, { range }: ToImageDataOptions = {}): ImageData {
  const { width, height, channels, data } = raster;
  if (data instanceof Uint8Array && range === undefined) return plainImageData(raster, data);
  const [black, white] = range ?? fullRange(data);
  const scale = white > black ? 255 / (white - black) : 0;
  const colors = channels < 3 ? 1 : 3;
  const hasAlpha = raster.hasAlpha ?? (channels === 2 || channels === 4);
  // Alpha spans its type's range, whatever the colours do; of floats, 0 to 1.
  const opaque = data instanceof Uint8Array ? 255 : data instanceof Uint16Array ? 65_535 : 1;
  const image = new ImageData(width, height);
  // Clamps and rounds by itself.
  const pixels = image.data;
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      pixels[4 * i + c] = ((data[i * channels + (colors === 1 ? 0 : c)] as number) - black) * scale;
    }
    pixels[4 * i + 3] = hasAlpha ? ((data[(i + 1) * channels - 1] as number) * 255) / opaque : 255;
  }
  return image;
}

/** 8 bits stay as they are. */
function plainImageData({ width, height, channels, hasAlpha }: Raster, data: Uint8Array): ImageData {
  const image = new ImageData(width, height);
  const pixels = image.data;
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2];
  const alpha = (hasAlpha ?? (channels === 2 || channels === 4)) ? channels - 1 : undefined;
  for (let from = 0, to = 0; to < pixels.length; from += channels, to += 4) {
    pixels[to] = data[from] as number;
    pixels[to + 1] = data[from + green] as number;
    pixels[to + 2] = data[from + blue] as number;
    pixels[to + 3] = alpha === undefined ? 255 : (data[from + alpha] as number);
  }
  return image;
}

function fullRange(data: Raster['data']): readonly [number, number] {
  if (data instanceof Uint8Array) return [0, 255];
  if (data instanceof Uint16Array) return [0, 65_535];
  let [smallest, largest] = [Infinity, -Infinity];
  for (const value of data) {
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  return [smallest, largest];
}
