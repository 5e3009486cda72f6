import { libraryBuild } from '../../tools/library-build.ts';

export default libraryBuild({
  entry: {
    index: 'src/index.ts',
    worker: 'src/worker.ts',
    probe: 'src/probe.ts',
  },
  platform: 'node',
});
