/** For adapters of engines: what they need of ONNX to run models, without what builds, edits and differentiates graphs. */
export { oneNodeModel } from './codec/one-node-model.ts';
export { checkModelBytes } from './door/check-model.ts';
