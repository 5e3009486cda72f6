/**
 * Counting: what is compared runs in turn, in one process tree on one machine, so that a busy moment meets all sides
 * alike; the median of several rounds counts (DESIGN, section 10).
 */
import { setTimeout } from 'node:timers/promises';

/** One side of a comparison. Returns milliseconds per unit of work, such as a step or an image. */
export type Side = () => Promise<number>;

/** Idle time before each measurement: the threads of the side before stop spinning. */
const pauseMs = 30;

/** Rounds over all sides: the times of each side, in the order of the rounds. */
export async function interleave<Name extends string>(
  sides: Readonly<Record<Name, Side>>,
  rounds: number,
): Promise<Record<Name, number[]>> {
  const entries = Object.entries<Side>(sides) as [Name, Side][];
  const times = Object.fromEntries(entries.map(([name]) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (const [name, side] of entries) {
      await setTimeout(pauseMs);
      times[name].push(await side());
    }
  }
  return times;
}

/** A side that does `work` `count` times in a row. */
export function repeated(work: () => Promise<unknown>, count: number): Side {
  return async () => {
    const started = performance.now();
    for (let i = 0; i < count; i++) await work();
    return (performance.now() - started) / count;
  };
}

/** How often to repeat in one round, so that it takes about `targetMs`; from one try after warming up. */
export async function repetitions(work: () => Promise<unknown>, targetMs: number): Promise<number> {
  await work();
  const started = performance.now();
  await work();
  const elapsed = performance.now() - started;
  return Math.max(1, Math.round(targetMs / elapsed));
}

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export interface Ratio {
  /** Median over the rounds. */
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Numerator by denominator, round by round: both met the same moment. */
export function ratio(numerators: readonly number[], denominators: readonly number[]): Ratio {
  const all = numerators.map((value, round) => value / (denominators[round] ?? Number.NaN));
  return {
    median: rounded(median(all)),
    lowest: rounded(Math.min(...all)),
    highest: rounded(Math.max(...all)),
  };
}

/** Four significant digits: more would pretend. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
