import { libraryBuild } from '../../tools/library-build.ts';

export default libraryBuild({
  entry: { index: 'src/index.ts', unstable: 'src/unstable.ts' },
  platform: 'neutral',
});
