/** What the other packages of Oddpixel share with this one. It may change with any version. */
export { parseManifest, serializeManifest } from './model/manifest-schema.ts';
export { finishModel } from './model/model.ts';
export { forEachRun, labelRuns, regionFromMask } from './model/region.ts';
export { productVersion } from './model/product-version.ts';
export { withCopies, type Copying } from './train/training-sample.ts';
