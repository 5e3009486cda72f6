import { libraryBuild } from '../../tools/library-build.ts';

export default libraryBuild({
  entry: { index: 'src/index.ts', vitest: 'src/vitest.ts', 'node-test': 'src/node-test.ts' },
  platform: 'node',
  // `node:test` exists only with its prefix.
  removeNodeProtocol: false,
});
