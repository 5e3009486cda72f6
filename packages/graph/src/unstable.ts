/**
 * For those who run models, and for adapters of engines: what they need of ONNX, without what builds, edits and
 * differentiates graphs.
 */
export { writeGraph } from './codec/graph-codec.ts';
export { maxImageSize } from './limits.ts';
export { readMetadata, writeMetadata } from './codec/metadata.ts';
export { oneNodeModel } from './codec/one-node-model.ts';
export {
  checkSeal,
  hasSeal,
  openSeal,
  seal,
  sealFast,
  sealKey,
  sealMarkKey,
  verifySeal,
} from './codec/seal.ts';
export { checkModelBytes, outlineOf } from './door/check-model.ts';
export type { GraphOutline, ValueOutline } from './door/outline.ts';
export { shown } from './door/refuse.ts';
