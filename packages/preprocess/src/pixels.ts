/** What a raster's numbers mean: is it well-formed, which channel is alpha, which gray values can occur. */
import { ImageFormatError, ParameterError, type Box, type Raster } from '@oddpixel/contract';

/** @throws ImageFormatError when sizes are not positive integers or do not fit the data. */
export function checkRaster(raster: Raster): void {
  const { width, height, channels, data } = raster;
  const sizes = [width, height, channels];
  if (
    sizes.some((size) => !Number.isInteger(size) || size < 1) ||
    data.length !== width * height * channels
  ) {
    throw new ImageFormatError({
      problem: `expected ${width}×${height} pixels of ${channels} channels, received ${data.length} values`,
      fix: 'A raster holds width × height × channels values.',
    });
  }
}

/** The range as given, else all that the type can hold. Float images do not tell, so theirs must be given. */
export function valueRange(
  data: Raster['data'],
  sourceRange: readonly [number, number] | undefined,
): readonly [number, number] {
  if (sourceRange !== undefined) return sourceRange;
  if (data instanceof Uint8Array) return [0, 255];
  if (data instanceof Uint16Array) return [0, 65_535];
  throw new ParameterError({
    name: 'sourceRange',
    expected: "the gray value range of the float images, with normalizationType 'none'",
    received: 'nothing',
    fix: "Give sourceRange: [min, max], or use normalizationType 'allChannels'.",
  });
}

/**
 * True if the last channel is alpha: as the raster states, else by the rule that 2 channels are gray + alpha and
 * 4 are RGB + alpha, unless the model takes exactly that many channels.
 */
export function hasAlpha(raster: Raster, modelChannels: number): boolean {
  const { channels } = raster;
  if (raster.hasAlpha !== undefined) return raster.hasAlpha && channels > 1;
  return (channels === 2 || channels === 4) && channels !== modelChannels;
}

/** The pixels of `box` over black, without alpha; `transparent` is true if that changed anything. */
export function composeOnBlack(raster: Raster, box: Box): { raster: Raster; transparent: boolean } {
  const { channels, data } = raster;
  const colors = channels - 1;
  const opaque = data instanceof Uint8Array ? 255 : data instanceof Uint16Array ? 65_535 : 1;
  const composed = new Float32Array(box.width * box.height * colors);
  let transparent = false;
  let to = 0;
  for (let y = box.y; y < box.y + box.height; y++) {
    let from = (y * raster.width + box.x) * channels;
    for (let x = 0; x < box.width; x++, from += channels) {
      const alpha = data[from + colors] as number;
      if (alpha !== opaque) transparent = true;
      // value · alpha first: exact for integers, and unchanged if alpha is full.
      for (let c = 0; c < colors; c++) composed[to++] = ((data[from + c] as number) * alpha) / opaque;
    }
  }
  return { raster: { width: box.width, height: box.height, channels: colors, data: composed }, transparent };
}
