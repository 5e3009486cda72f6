import { libraryBuild } from '../../tools/library-build.ts';

export default libraryBuild({
  entry: { index: 'src/index.ts', unstable: 'src/unstable.ts', 'apples/index': 'src/apples/index.ts' },
  platform: 'neutral',
});
