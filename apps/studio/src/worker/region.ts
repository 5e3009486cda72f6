/**
 * A region of interest: the part of every image that the model sees, in shares of width and height. Images and their
 * masks are cropped to it as they are decoded, so everything after that works as if they had been taken that way.
 */
import type { Box, ImageCodec, Raster } from '@oddpixel/contract';
import type { ShareBox } from '../protocol.ts';

/** Whole pixels, at least one each way. */
function pixelBox({ x, y, width, height }: ShareBox, image: Pick<Raster, 'width' | 'height'>): Box {
  const left = Math.min(image.width - 1, Math.max(0, Math.round(x * image.width)));
  const top = Math.min(image.height - 1, Math.max(0, Math.round(y * image.height)));
  const right = Math.min(image.width, Math.max(left + 1, Math.round((x + width) * image.width)));
  const bottom = Math.min(image.height, Math.max(top + 1, Math.round((y + height) * image.height)));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The pixels of the region; the raster itself if there is none. */
export function cropTo(raster: Raster, region: ShareBox | undefined): Raster {
  if (region === undefined) return raster;
  const box = pixelBox(region, raster);
  const { channels } = raster;
  const rowLength = box.width * channels;
  const data = raster.data.slice(0, rowLength * box.height);
  for (let row = 0; row < box.height; row++) {
    const begin = ((box.y + row) * raster.width + box.x) * channels;
    data.set(raster.data.subarray(begin, begin + rowLength), row * rowLength);
  }
  return { ...raster, width: box.width, height: box.height, data };
}

/** A codec that decodes only the region. */
export function croppingCodec(codec: ImageCodec, region: ShareBox | undefined): ImageCodec {
  return {
    decode: async (bytes, options) => cropTo(await codec.decode(bytes, options), region),
    encode: (raster, format) => codec.encode(raster, format),
  };
}
