import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    node: 'src/node/index.ts',
    web: 'src/web/index.ts',
    small: 'src/small.ts',
    'small-int8': 'src/small-int8.ts',
    medium: 'src/medium.ts',
  },
  format: 'esm',
  target: 'es2022',
  platform: 'node',
  dts: true,
  sourcemap: true,
  clean: true,
  treeshake: true,
});
