/** Image preprocessing by pure functions on typed arrays. */
export { augmentParameters, createAugmentParams, type AugmentParams } from './augment/augment-params.ts';
export { augmentSample } from './augment/augment-sample.ts';
export { augmentSeed, type AugmentOccasion } from './augment/augment-seed.ts';
export { blendTiles, createTileBlender, type BlendOptions, type TileBlender, type TileMap } from './blend.ts';
export type { Placement } from './geometry.ts';
export { preprocessMask, type MaskOptions, type ModelMask } from './mask.ts';
export {
  checkPreprocessParams,
  createPreprocessParams,
  defaultPreprocessParams,
  loadPreprocessParams,
  preprocessParamsFromModel,
  savePreprocessParams,
} from './params.ts';
export { preprocessRaster, type PreprocessOptions } from './preprocess-raster.ts';
export { mapToSource, resizeMap, resizeRaster } from './resize.ts';
export { preprocessSamples, samplesFromImages, type RawSample } from './samples.ts';
export { planTiles, tileParameters, type TileOptions } from './tiles.ts';
