/** Rasters as files. What a format or this browser cannot hold is refused, never silently narrowed. */
import { ImageFormatError, type ImageFormat, type Raster } from '@oddpixel/contract';
import { encodePng, encodeTiff } from '@oddpixel/images';
import { checkEncodable } from '@oddpixel/images/unstable';
import { createContext } from './canvas.ts';
import { toImageData } from './image-data.ts';

/** As in Node, 0..1. */
const quality = 0.9;

/** @throws ImageFormatError when the format cannot hold the raster's depth or channels. */
export async function encodeRaster(raster: Raster, format: ImageFormat): Promise<Uint8Array> {
  checkEncodable(raster, format);
  if (format === 'tiff') return encodeTiff(raster);
  if (format === 'jpeg' || format === 'webp') return encodeByCanvas(raster, format);
  return encodePng(raster);
}

async function encodeByCanvas(raster: Raster, format: 'jpeg' | 'webp'): Promise<Uint8Array> {
  const context = createContext(raster.width, raster.height);
  context.putImageData(toImageData(raster), 0, 0);
  const type = `image/${format}`;
  const blob = await context.canvas.convertToBlob({ type, quality });
  // A browser that does not know the type writes PNG without a word.
  if (blob.type === type) return new Uint8Array(await blob.arrayBuffer());
  throw new ImageFormatError({
    problem: `this browser cannot write ${format.toUpperCase()}`,
    fix: 'Write PNG.',
  });
}
