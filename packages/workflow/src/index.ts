/** The whole job in one call, on any backend and host. */
export type { Augmentation } from './augmentation.ts';
export * from './evaluate-model.ts';
export * from './inspector.ts';
export { namingImageById } from './name-image.ts';
export { measureGrayRange } from './measure-range.ts';
export {
  cacheKey,
  prepareImage,
  prepareImages,
  type ImageAccess,
  type PreparedImage,
  preprocess as preprocessNamed,
} from './prepared-images.ts';
export * from './preprocess-dataset.ts';
export * from './tiles.ts';
export * from './train-from-dataset.ts';
