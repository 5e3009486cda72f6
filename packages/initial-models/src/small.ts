import type { InitialModel } from './extractor.ts';

/** One million parameters in 2 MB. See the model card in the package's README. */
export const small: InitialModel = {
  id: 'small',
  url: new URL('../assets/small.onnx', import.meta.url),
  sha256: 'dadea8fbeb6cce40b9428f463e9ffedbb2822b17276fbab49d74acbc89811ed9',
  sizeBytes: 2033339,
  outputs: ['features_4', 'features_8', 'features_16'],
};
