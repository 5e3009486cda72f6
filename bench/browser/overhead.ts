/** What a frame costs beside the run of the model, part by part. */
import { median, rounded } from '../shared/rounds.ts';
import { openMain, type Site } from './site.ts';

/** Milliseconds per frame, all parts together. */
const overheadBar = 8;

/** The parts that every frame of a live page needs; the others are only reported. */
const needed = [
  'pixels from the frame',
  'resize, normalize, pack',
  'hand over',
  'verdict and region',
  'map drawn',
];

export interface Overhead {
  readonly place: 'page' | 'worker';
  readonly frames: number;
  /** Medians. */
  readonly partsMs: Readonly<Record<string, number>>;
  readonly runMs: number;
  /** Median of the sums of what a live page needs. */
  readonly totalMs: number;
  readonly bar: number;
  readonly isBarReached: boolean;
  /** What other pages add: the map at the source's size, the picture with the map drawn over it. */
  readonly besidesMs: Readonly<Record<string, number>>;
}

export async function measureOverhead(site: Site, model: string, frames: number): Promise<Overhead[]> {
  const results: Overhead[] = [];
  for (const place of ['page', 'worker'] as const) {
    const opened = await openMain(site, true);
    try {
      const { run = [], ...parts } = await opened.page.evaluate(
        ([address, images, where, count]) => window.bench.frameParts(address, images, where, count),
        [site.models[model] ?? '', site.images, place, frames] as const,
      );
      // The run of the worker holds the way there and back.
      const handOver = median(parts['hand over'] ?? []);
      const medians = Object.entries(parts).map(
        ([name, times]) => [name, rounded(Math.max(0, median(times)))] as const,
      );
      const sums = run.map((_, frame) =>
        needed.reduce((sum, name) => sum + (parts[name]?.[frame] ?? Number.NaN), 0),
      );
      const totalMs = rounded(median(sums));
      results.push({
        place,
        frames,
        partsMs: Object.fromEntries(medians.filter(([name]) => needed.includes(name))),
        runMs: rounded(median(run) - Math.max(0, handOver)),
        totalMs,
        bar: overheadBar,
        isBarReached: totalMs <= overheadBar,
        besidesMs: Object.fromEntries(medians.filter(([name]) => !needed.includes(name))),
      });
    } finally {
      await opened.close();
    }
  }
  return results;
}
