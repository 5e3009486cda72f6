import { libraryBuild } from '../../tools/library-build.ts';

export default libraryBuild({ entry: { index: 'src/index.ts' }, platform: 'neutral' });
