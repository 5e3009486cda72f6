/** The model file: read, write, run, threshold. What an inference program needs. */
export * from './calibration.ts';
export { justAbove } from './just-above.ts';
export * from './load.ts';
export { manifestKey, parseManifest, serializeManifest } from './manifest-schema.ts';
export * from './model.ts';
export * from './region.ts';
export { resultJsonSchema, resultToJson } from './result-json.ts';
export * from './thresholds.ts';
export { productVersion } from './product-version.ts';
