import type { BundledBackbone } from './backbone.ts';

/** `small` grown: nearer to its teachers, 1.6 times as slow. See the model card in the package's README. */
export const medium: BundledBackbone = {
  id: 'medium',
  url: new URL('../assets/medium.onnx', import.meta.url),
  sha256: '34e07fa0d4db8a8c92b0a16865f6a6c06f43532c6a6ae9325b4780637a86a928',
  sizeBytes: 3745759,
  outputs: ['features_4', 'features_8', 'features_16'],
};
