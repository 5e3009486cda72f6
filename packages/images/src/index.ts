/** Images without a host: exact decoders for what a canvas narrows, headers, limits, and words for problems. */
export { readAvifHeader, type AvifHeader } from './avif-header.ts';
export { decodeBmp } from './bmp.ts';
export { cmykToRgb, pickChannels } from './channels.ts';
export { closeGif, gifDamage, readGifHeader, type GifHeader } from './gif-header.ts';
export { imageKind, isBmp, isPnm, isTiff, type ImageKind } from './image-kind.ts';
export { missingJpegBlocks } from './jpeg-blocks.ts';
export { readJpegHeader, type JpegHeader } from './jpeg-header.ts';
export { jpegPixels, type JpegPixels } from './jpeg-pixels.ts';
export { checkFileSize, checkPixels } from './limits.ts';
export { orient } from './orient.ts';
export { decodePng } from './png.ts';
export { pngChannels, pngPixels, readPngHeader, type PngHeader, type PngPixels } from './png-chunks.ts';
export { encodePng } from './png-writer.ts';
export { decodePnm } from './pnm.ts';
export {
  checkEncodable,
  cmykWarning,
  damaged,
  imageError,
  pageWarning,
  profileWarning,
  damageWarning,
  unknownFormat,
} from './problems.ts';
export { decodeTiff } from './tiff.ts';
export { checkTiff } from './tiff-check.ts';
export { encodeTiff } from './tiff-writer.ts';
export { webpPixels } from './webp-pixels.ts';
export { readWebpHeader, type WebpHeader } from './webp-header.ts';
export { decodeWideTiff } from './wide-tiff.ts';
