import { libraryBuild } from '../../tools/library-build.ts';

export default libraryBuild({
  entry: {
    index: 'src/index.ts',
    contract: 'src/contract.ts',
    'heads/index': 'src/heads/index.ts',
    'interop/index': 'src/interop/index.ts',
    'model/index': 'src/model/index.ts',
    'train/index': 'src/train/index.ts',
  },
  platform: 'neutral',
});
