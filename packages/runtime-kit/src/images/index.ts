/** Images without a host: exact decoders for what a canvas narrows, headers, limits, and words for problems. */
export { decodeBmp } from './bmp.ts';
export { cmykToRgb, pickChannels } from './channels.ts';
export { imageKind, isBmp, isTiff, type ImageKind } from './image-kind.ts';
export { isJpegComplete, readJpegHeader, type JpegHeader } from './jpeg-header.ts';
export { checkFileSize, checkPixels } from './limits.ts';
export { orient } from './orient.ts';
export { decodePng } from './png.ts';
export {
  checkEncodable,
  cmykWarning,
  damaged,
  imageError,
  profileWarning,
  unknownFormat,
} from './problems.ts';
export { decodeTiff } from './tiff.ts';
export { readWebpHeader, type WebpHeader } from './webp-header.ts';
export { decodeWideTiff, encodeFloatTiff } from './wide-tiff.ts';
