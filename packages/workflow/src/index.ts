/** The whole job in one call, on any backend and host. */
export * from './add-images.ts';
export { copiesParameter, type Augmentation } from './augmentation.ts';
export * from './evaluate-model.ts';
export * from './evaluation-report.ts';
export type { Inspection, InspectionJson } from './inspection.ts';
export * from './inspector.ts';
export * from './manual-thresholds.ts';
export { namingImageById } from './name-image.ts';
export { measureGrayRange } from './measure-range.ts';
export {
  cacheKey,
  prepareImage,
  prepareImages,
  type ImageAccess,
  type PreparedImage,
} from './prepared-images.ts';
export * from './preprocess-dataset.ts';
export * from './split-for-training.ts';
export * from './tiles.ts';
export * from './train-from-dataset.ts';
