/** ONNX graphs: read, write, edit, build. */
export * from './builder/index.ts';
export { defaultReadLimits, type ReadLimits } from './limits.ts';
export { readGraph, writeGraph } from './codec/graph-codec.ts';
export { readMetadata, writeMetadata } from './codec/metadata.ts';
export { checkModelBytes } from './door/check-model.ts';
export { fixInputShape } from './edit/fix-input-shape.ts';
export { pickOutputs } from './edit/pick-outputs.ts';
export { upgradeOpset } from './edit/upgrade-opset.ts';
export { gradients } from './gradients/gradients.ts';
export type { Attribute, Graph, GraphNode, ValueType } from './ir.ts';
export { inferTypes } from './types/infer.ts';
export type { Dim } from './types/rule.ts';
