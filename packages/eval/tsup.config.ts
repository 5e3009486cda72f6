import { libraryBuild } from '../../tools/library-build.ts';

export default libraryBuild({
  entry: { index: 'src/index.ts', 'report/index': 'src/report/index.ts' },
  platform: 'neutral',
});
