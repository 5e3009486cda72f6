import type { BundledBackbone } from './backbone.ts';

/** One million parameters; the default. See the model card in the package's README. */
export const small: BundledBackbone = {
  id: 'small',
  url: new URL('../assets/small.onnx', import.meta.url),
  sha256: '306abe6779d1bdd415b46fe9eefeb83921a734d035de6dbe9d2efcb9bc642b7a',
  sizeBytes: 1986772,
  outputs: ['features_4', 'features_8', 'features_16'],
};
