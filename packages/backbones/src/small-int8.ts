import type { BundledBackbone } from './backbone.ts';

/** `small` with its weights stored as int8: half the download, computed in float32 all the same. */
export const smallInt8: BundledBackbone = {
  id: 'small-int8',
  url: new URL('../assets/small-int8.onnx', import.meta.url),
  sha256: '72b25c1defddd7b9bac20ba544327247a1af9c98f05af008c7cfc01843b7b644',
  sizeBytes: 1010218,
  outputs: ['features_4', 'features_8', 'features_16'],
};
