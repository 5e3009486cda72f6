/** What fitting takes from its options for a pass of the backbone. */
import type { PassOptions } from './feature-pass.ts';
import type { FitOptions } from './head.ts';

/** A pass of the backbone as fitting does it. */
export function passOptions({ params, backend, signal, featureStore, onWarning }: FitOptions): PassOptions {
  return {
    backend,
    batchSize: params.batchSize,
    signal,
    featureStore,
    onWarning,
  };
}
