/** Pixels brought to the channels that a Raster has: gray, gray and alpha, RGB, RGB and alpha. */
import { type Raster } from '@oddpixel/contract';
import { copyNumbers } from '@oddpixel/contract/unstable';

/** Some channels of a raster, in the order of `picked`; all other fields stay. */
export function pickChannels(raster: Raster, picked: readonly number[]): Raster {
  const { width, height, channels, data } = raster;
  const count = width * height;
  // A copy has the type of the data; only the front of it is used if channels fall away.
  const pixels = copyNumbers(data, count * picked.length);
  for (let i = 0, to = 0; i < count; i++) {
    for (const c of picked) pixels[to++] = data[i * channels + c] as number;
  }
  return { ...raster, channels: picked.length, data: pixels };
}

/**
 * RGB by (255 − ink) · (255 − black) / 255, rounded down as Chromium does without a profile; sharp would use a
 * printing profile of its own. A fifth channel is dropped: these formats have none that means alpha.
 */
export function cmykToRgb({ width, height, channels, data }: Raster): Raster {
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0, to = 0; i < data.length; i += channels) {
    const light = 255 - (data[i + 3] as number);
    for (let c = 0; c < 3; c++) pixels[to++] = Math.floor(((255 - (data[i + c] as number)) * light) / 255);
  }
  return { width, height, channels: 3, data: pixels };
}
