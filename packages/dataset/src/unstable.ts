/** What the other packages of Oddpixel share with this one. It may change with any version. */
export { unusableRemarks } from './accounting.ts';
export { isLossyFile } from './lossy.ts';
export { uniteMasks, type MaskImage } from './unite-masks.ts';
export {
  listFiles,
  type ListFilesOptions,
  type ListedFiles,
  type OtherEntry,
  type OtherKind,
} from './list-files.ts';
export { imageExtensions } from './paths.ts';
export { decodeText } from './text.ts';
