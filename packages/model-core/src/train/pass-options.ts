/** The options of a pass of the backbone, from those of fitting a head. */
import type { PassOptions } from './feature-pass.ts';
import type { FitOptions } from './head.ts';

export function passOptions({ params, backend, signal, featureStore, onWarning }: FitOptions): PassOptions {
  return {
    backend,
    batchSize: params.batchSize,
    signal,
    featureStore,
    onWarning,
  };
}
