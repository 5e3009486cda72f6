import type { Backend } from './backend.ts';

/** Runs to ask for at the same time: each engine runs one while its next one is collected. */
export function runsInFlight({ capabilities }: Backend): number {
  return 2 * (capabilities.parallelRuns ?? 1);
}
