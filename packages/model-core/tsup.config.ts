import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'contract/index': 'src/contract/index.ts',
    'interop/index': 'src/interop/index.ts',
    'model/index': 'src/model/index.ts',
    'onnx/index': 'src/onnx/index.ts',
    'onnx/run': 'src/onnx/run.ts',
    'onnx/reference/index': 'src/onnx/reference/index.ts',
    'train/index': 'src/train/index.ts',
  },
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  dts: true,
  sourcemap: true,
  clean: true,
  treeshake: true,
});
