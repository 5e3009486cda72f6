/** ONNX graphs: read, write, edit, build. */
export * from './ir.ts';
