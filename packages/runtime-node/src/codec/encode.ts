/** Rasters as files. What a format cannot hold is refused, never silently narrowed. */
import sharp, { type Sharp } from 'sharp';
import type { ImageFormat, Raster } from '@oddpixel/contract';
import { encodePng, encodeTiff } from '@oddpixel/images';
import { checkEncodable } from '@oddpixel/images/unstable';

/** @throws ImageFormatError when the format cannot hold the raster's depth or channels. */
export async function encodeRaster(raster: Raster, format: ImageFormat): Promise<Uint8Array> {
  const { width, height, channels, data } = raster;
  checkEncodable(raster, format);
  if (data instanceof Float32Array) return encodeTiff(raster);
  if (data instanceof Uint16Array) {
    if (format === 'png') return encodePng(raster);
    return buffer(
      sharp(data, { raw: { width, height, channels: channels as 1 } })
        .toColourspace(channels < 3 ? 'grey16' : 'rgb16')
        .tiff({ compression: 'deflate' }),
    );
  }
  const image = sharp(data, { raw: { width, height, channels: channels as 1 } });
  const pipeline = channels < 3 ? image.toColourspace('b-w') : image;
  switch (format) {
    case 'png':
      return buffer(pipeline.png());
    case 'jpeg':
      return buffer(pipeline.jpeg({ quality: 90 }));
    case 'webp':
      return buffer(pipeline.webp({ quality: 90 }));
    case 'tiff':
      return buffer(pipeline.tiff({ compression: 'deflate' }));
  }
}

async function buffer(pipeline: Sharp): Promise<Uint8Array> {
  const bytes = await pipeline.toBuffer();
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
