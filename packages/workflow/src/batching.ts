import { type Backend, runsInFlight } from '@oddpixel/contract';

/** How a stream of images is handed to a backend. */
export interface Batching {
  /** Images per run. */
  readonly batchSize: number;
  /** Runs asked for at the same time. */
  readonly inFlight: number;
}

/** Batches of 4, on a backend with parallel runs of 1: there, filling all engines is worth more. */
export function batchingFor(backend: Backend, batchSize?: number): Batching {
  const { parallelRuns = 1 } = backend.capabilities;
  return { batchSize: batchSize ?? (parallelRuns > 1 ? 1 : 4), inFlight: runsInFlight(backend) };
}
