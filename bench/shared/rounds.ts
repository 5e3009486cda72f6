/**
 * Counting: what is compared runs in turn, in one process tree on one machine, so that a busy moment meets all sides
 * alike; the median of several rounds counts (DESIGN, section 10).
 */
import { setTimeout } from 'node:timers/promises';

/** Milliseconds per unit of work, such as a step or an image. */
export interface Duration {
  readonly ms: number;
  /** Time of all threads together on a core, waiting in a loop included. Other programs hardly change it. */
  readonly cpuMs: number;
}

/** One side of a comparison. */
export type Side = () => Promise<Duration>;

/** Idle time before each measurement: the threads of the side before stop spinning. */
const pauseMs = 30;

/** Rounds over all sides: the durations of each side, in the order of the rounds. */
export async function interleave<Name extends string>(
  sides: Readonly<Record<Name, Side>>,
  rounds: number,
): Promise<Record<Name, Duration[]>> {
  const entries = Object.entries<Side>(sides) as [Name, Side][];
  const times = Object.fromEntries(entries.map(([name]) => [name, []])) as unknown as Record<
    Name,
    Duration[]
  >;
  for (let round = 0; round < rounds; round++) {
    for (const [name, side] of entries) {
      await setTimeout(pauseMs);
      times[name].push(await side());
    }
  }
  return times;
}

/** A side of this process that does `work` `count` times in a row, then waits for `last`. */
export function repeated(work: () => Promise<unknown>, count: number, last?: () => Promise<unknown>): Side {
  return async () => {
    const cpuBefore = process.cpuUsage();
    const started = performance.now();
    for (let i = 0; i < count; i++) await work();
    await last?.();
    const elapsed = performance.now() - started;
    const { user, system } = process.cpuUsage(cpuBefore);
    return { ms: elapsed / count, cpuMs: (user + system) / 1000 / count };
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

/** Median of the durations, rounded. */
export function medianOf(durations: readonly Duration[], time: keyof Duration = 'ms'): number {
  return rounded(median(durations.map((duration) => duration[time])));
}

export interface Ratio {
  /** Median over the rounds. */
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Numerator by denominator, round by round: both met the same moment. */
export function ratio(
  numerators: readonly Duration[],
  denominators: readonly Duration[],
  time: keyof Duration = 'ms',
): Ratio {
  const all = numerators.map((value, round) => value[time] / (denominators[round]?.[time] ?? Number.NaN));
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
