/** Rasters for the screen. */
import type { Raster } from '@oddpixel/model-core/contract';

export interface ToImageDataOptions {
  /** The values that become black and white. Default: 0 to 255 or 65,535; of floats, their smallest and largest. */
  readonly range?: readonly [black: number, white: number];
}

/** 8-bit RGBA of a raster: gray is spread over the colours, and of more than four channels the first three are shown. */
export function toImageData(raster: Raster, { range }: ToImageDataOptions = {}): ImageData {
  const { width, height, channels, data } = raster;
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
