import type { InitialModel } from './extractor.ts';

/** One million parameters, 12 ms for 256×256 on two CPU cores. See the model card in the package's README. */
export const small: InitialModel = {
  id: 'small',
  url: new URL('../assets/small.onnx', import.meta.url),
  sha256: '5beed9ed9c308488412e47480515ebe68e0d24cc45aba8d33800fbd5681edfcc',
  sizeBytes: 4051792,
  outputs: ['features_4', 'features_8', 'features_16'],
};
