/** ONNX graphs: read, write, edit, build. */
export { readGraph, writeGraph } from './codec/graph-codec.ts';
export { readMetadata, writeMetadata } from './codec/model-bytes.ts';
export { defaultReadLimits, type ReadLimits } from './codec/limits.ts';
export * from './ir.ts';
export { describeNode, validateGraph } from './validate.ts';
