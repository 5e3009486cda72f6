import { libraryBuild } from '../../tools/library-build.ts';

export default libraryBuild({
  entry: {
    index: 'src/index.ts',
    'contract/index': 'src/contract/index.ts',
    'interop/index': 'src/interop/index.ts',
    'model/index': 'src/model/index.ts',
    'onnx/index': 'src/onnx/index.ts',
    'onnx/run': 'src/onnx/run.ts',
    'onnx/reference/index': 'src/onnx/reference/index.ts',
    'train/index': 'src/train/index.ts',
  },
  platform: 'neutral',
});
