import { libraryBuild } from '../../tools/library-build.ts';

export default libraryBuild({
  entry: {
    index: 'src/index.ts',
    unstable: 'src/unstable.ts',
    'heads/index': 'src/heads/index.ts',
    'interop/index': 'src/interop/index.ts',
    'train/index': 'src/train/index.ts',
  },
  platform: 'neutral',
});
