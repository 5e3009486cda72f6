/** The graph builder and its operators. */
export * from './elementwise.ts';
export {
  GraphBuilder,
  type GraphBuilderOptions,
  type Operand,
  type Slope,
  type Value,
} from './graph-builder.ts';
export * from './matrix.ts';
export * from './normalization.ts';
export * from './reduction.ts';
export * from './shape.ts';
export * from './spatial.ts';
