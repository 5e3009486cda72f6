/** Images without a host: exact decoders for what a canvas narrows, headers, limits, and words for problems. */

export { decodeBmp } from './bmp.ts';
export { imageKind, type ImageKind } from './image-kind.ts';
export { decodePng } from './png.ts';
export { encodePng } from './png-writer.ts';
export { decodePnm } from './pnm.ts';
export { decodeTiff } from './tiff.ts';
export { encodeTiff } from './tiff-writer.ts';
export { readAvifHeader, type AvifHeader } from './avif-header.ts';
export { readGifHeader, type GifHeader } from './gif-header.ts';
export { missingJpegBlocks } from './jpeg-blocks.ts';
export { readJpegHeader, type JpegHeader } from './jpeg-header.ts';
export { readWebpHeader, type WebpHeader } from './webp-header.ts';
