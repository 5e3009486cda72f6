import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts', small: 'src/small.ts', node: 'src/node.ts' },
  format: 'esm',
  target: 'es2022',
  platform: 'node',
  dts: true,
  sourcemap: true,
  clean: true,
  treeshake: true,
});
