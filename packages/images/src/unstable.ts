/** What the other packages of Oddpixel share with this one. It may change with any version. */
export { cmykToRgb, pickChannels } from './channels.ts';
export { closeGif, gifDamage } from './gif-header.ts';
export { isBmp, isPnm, isTiff } from './image-kind.ts';
export { jpegPixels, type JpegPixels } from './jpeg-pixels.ts';
export { checkFileSize, checkPixels } from './limits.ts';
export { orient } from './orient.ts';
export { pngChannels, pngPixels, readPngHeader, type PngHeader, type PngPixels } from './png-chunks.ts';
export {
  checkEncodable,
  cmykWarning,
  damageWarning,
  damaged,
  imageError,
  pageWarning,
  profileWarning,
  unknownFormat,
} from './problems.ts';
export { checkTiff } from './tiff-check.ts';
export { webpPixels } from './webp-pixels.ts';
export { decodeWideTiff } from './wide-tiff.ts';
