import { libraryBuild } from '../../tools/library-build.ts';

export default libraryBuild({
  entry: {
    index: 'src/index.ts',
    unstable: 'src/unstable.ts',
    'reference/index': 'src/reference/index.ts',
    'training/index': 'src/training/index.ts',
  },
  platform: 'neutral',
});
