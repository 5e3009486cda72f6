/**
 * The embedded sample set: apples, and a worm. A small ray tracer that uses only + − × ÷ √ and integers, so that
 * every machine renders the same bytes. No picture is stored or downloaded.
 */
export { appleCountParameters, appleParameters } from './apple-parameters.ts';
export { renderApple } from './render-apple.ts';
export type { AppleOptions, AppleRendering } from './render-apple.ts';
export { renderAppleDataset } from './render-dataset.ts';
export type { AppleDatasetOptions, AppleImage } from './render-dataset.ts';
export { appleDefects } from './scene.ts';
export type { AppleDefect } from './scene.ts';
export { appleVarieties } from './varieties.ts';
export type { AppleVariety } from './varieties.ts';
