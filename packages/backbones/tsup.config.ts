import { libraryBuild } from '../../tools/library-build.ts';

export default libraryBuild({
  entry: {
    index: 'src/index.ts',
    node: 'src/node/index.ts',
    web: 'src/web/index.ts',
    small: 'src/small.ts',
    'small-int8': 'src/small-int8.ts',
    medium: 'src/medium.ts',
  },
  platform: 'node',
});
