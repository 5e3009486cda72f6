/** Rasters as files. What a format cannot hold is refused, never silently narrowed. */
import { encode as encodePng } from 'fast-png';
import sharp, { type Sharp } from 'sharp';
import { ImageFormatError, type ImageFormat, type Raster } from '@oddpixel/model-core/contract';
import { encodeFloatTiff } from './tiff.ts';

/** @throws ImageFormatError when the format cannot hold the raster's depth or channels. */
export async function encodeRaster(raster: Raster, format: ImageFormat): Promise<Uint8Array> {
  const { width, height, channels, data } = raster;
  if (data.length !== width * height * channels) {
    throw new ImageFormatError({
      problem: `expected ${width * height * channels} values for ${width}×${height} with ${channels} channels, received ${data.length}`,
    });
  }
  if (data instanceof Float32Array) {
    if (format === 'tiff') return encodeFloatTiff(raster);
    throw cannotHold(format, 'floating-point values', 'Use TIFF.');
  }
  if (channels > 4 || channels < 1) {
    throw cannotHold(format, `${channels} channels`, 'Write 1 to 4 channels.');
  }
  if (data instanceof Uint16Array) {
    if (format === 'png')
      return encodePng({ width, height, channels: channels as 1 | 2 | 3 | 4, depth: 16, data });
    if (format !== 'tiff') throw cannotHold(format, '16-bit values', 'Use PNG or TIFF.');
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
      if (channels === 2 || channels === 4) throw cannotHold(format, 'an alpha channel', 'Use PNG.');
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

function cannotHold(format: ImageFormat, what: string, fix: string): ImageFormatError {
  return new ImageFormatError({ problem: `${format.toUpperCase()} cannot hold ${what}`, fix });
}
