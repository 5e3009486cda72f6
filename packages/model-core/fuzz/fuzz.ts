/** Feeding damaged files to everything that reads them: an error of ours is fine, anything else is a bug. */
import { createRandom, ModelFormatError, OddpixelError } from '@oddpixel/contract';
import {
  fixInputShape,
  inferTypes,
  readGraph,
  readMetadata,
  upgradeOpset,
  writeGraph,
} from '@oddpixel/graph';
import { corpus } from './corpus.ts';
import { mutate } from './mutate.ts';

export interface FuzzReport {
  readonly seed: number;
  readonly rounds: number;
  /** Mutants that were read as graphs. */
  readonly parsed: number;
  /** Mutants refused with an error of ours. */
  readonly refused: number;
  readonly slowestMs: number;
  readonly bugs: readonly { readonly round: number; readonly entry: string; readonly error: string }[];
}

/** Runs `rounds` mutants. The same seed gives the same mutants. */
export function fuzz(
  seed: number,
  rounds: number,
  onProgress: (round: number) => void = () => {},
): FuzzReport {
  const entries = corpus();
  const bugs: { round: number; entry: string; error: string }[] = [];
  let parsed = 0;
  let refused = 0;
  let slowestMs = 0;
  for (let round = 0; round < rounds; round++) {
    // Each round has a seed of its own, so that one can be repeated alone.
    const random = createRandom(Math.imul(seed + 1, 0x9e3779b1) ^ round);
    const { name, bytes } = entries[random.integer(entries.length)] as (typeof entries)[number];
    const mutant = mutate(bytes, random);
    const started = performance.now();
    try {
      if (readEverything(mutant)) parsed++;
      else refused++;
    } catch (error) {
      bugs.push({
        round,
        entry: name,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
    slowestMs = Math.max(slowestMs, performance.now() - started);
    if (round % 1000 === 999) onProgress(round + 1);
  }
  return { seed, rounds, parsed, refused, slowestMs, bugs };
}

/** @returns true when the mutant was read as a graph. */
function readEverything(bytes: Uint8Array): boolean {
  attempt(() => readMetadata(bytes));
  const graph = attempt(() => readGraph(bytes));
  if (graph === undefined) return false;
  attempt(() => inferTypes(graph));
  attempt(() => upgradeOpset(graph, 21));
  const input = graph.inputs.find(({ dims }) => dims.length === 4);
  if (input !== undefined) attempt(() => fixInputShape(graph, input.name, ['N', 3, 64, 96]));
  // What was read can be written and read again.
  readGraph(writeGraph(graph));
  return true;
}

/** `undefined` after an error of ours that names place and cause; any other error is thrown. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ModelFormatError && error.details.where !== '' && error.details.problem !== '')
      return undefined;
    if (error instanceof OddpixelError && !(error instanceof ModelFormatError)) return undefined;
    throw error;
  }
}
