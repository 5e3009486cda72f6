/** Inspection in a page against the bare engine in the same page, and against Node. */
import { renderApple } from '@oddpixel/dataset/apples';
import type { AnomalyModel } from '@oddpixel/model-core';
import { cpu } from '@oddpixel/runtime-node';
import { createInspector } from '@oddpixel/workflow';
import {
  interleave,
  medianOf,
  ratio,
  repeated,
  repetitions,
  rounded,
  type Duration,
  type Ratio,
  type Side,
} from '../shared/rounds.ts';
import { frameSize, openMain, type OpenedPage, type Site } from './site.ts';

/** `null`: reported, not judged. */
export interface ThroughputBars {
  /** Inspections in the page reach this share of the bare engine's speed. */
  readonly bare: number | null;
  /** Pictures per second of the live path. */
  readonly live: number | null;
}

/** Fewer images are not a stream: nothing can be prepared ahead of the first ones. */
const streamImages = 16;

interface ThroughputRow {
  readonly what: string;
  readonly msPerImage: number;
  readonly imagesPerSecond: number;
  /** Ours by theirs, in images per second: 1 is the speed of the bare engine, at its best batch. */
  readonly toBare: Ratio;
  /** The same of CPU time, all threads together. */
  readonly toBareCpu: Ratio;
  readonly bar: number | null;
  readonly isBarReached: boolean | null;
}

export interface Throughput {
  readonly model: string;
  readonly isolated: boolean;
  readonly threads: number;
  readonly bare: readonly { readonly batch: number; readonly msPerImage: number }[];
  readonly rows: readonly ThroughputRow[];
  /** Node's time by the page's: how many times faster Node is, is 1 by that. */
  readonly node: readonly {
    readonly threads: number;
    readonly msPerImage: number;
    readonly pageToNode: Ratio;
  }[];
  readonly live: {
    readonly framesPerSecond: number;
    readonly bar: number | null;
    readonly isBarReached: boolean | null;
  };
}

export interface ThroughputOptions {
  readonly name: string;
  readonly model: AnomalyModel;
  readonly isolated: boolean;
  readonly bars: ThroughputBars;
  readonly rounds: number;
  readonly roundMs: number;
}

export async function measureThroughput(site: Site, options: ThroughputOptions): Promise<Throughput> {
  const { name, model, isolated, bars, rounds, roundMs } = options;
  const opened = await openMain(site, isolated);
  const nodes = await Promise.all([1, undefined].map((threads) => openNode(model, threads)));
  try {
    const { page } = opened;
    const { names, threads } = await page.evaluate(
      ([address, images]) => window.bench.openSides(address, images),
      [site.models[name] ?? '', site.images] as const,
    );
    const sides: Record<string, Side> = {};
    for (const side of names) sides[side] = await inPage(opened, side, roundMs);
    for (const node of nodes) {
      sides[`node ${node.threads}`] = repeated(node.inspect, await repetitions(node.inspect, roundMs));
    }
    const times = await interleave(sides, rounds);
    const bare = names.filter((side) => side.startsWith('bare'));
    const best = bare.reduce((a, b) => (medianOf(timesOf(times, a)) <= medianOf(timesOf(times, b)) ? a : b));
    const theirs = timesOf(times, best);
    const liveMs = Math.min(
      ...names.filter((side) => side.startsWith('live')).map((side) => medianOf(timesOf(times, side))),
    );
    const { imageWidth, imageHeight } = model.manifest.preprocessing;
    const framesPerSecond = rounded(1000 / liveMs);
    return {
      model: `${imageWidth}×${imageHeight}`,
      isolated,
      threads,
      bare: bare.map((side) => ({
        batch: Number(side.split(' ')[1]),
        msPerImage: medianOf(timesOf(times, side)),
      })),
      rows: names
        .filter((side) => !side.startsWith('bare'))
        .map((what) => {
          const ours = timesOf(times, what);
          const msPerImage = medianOf(ours);
          const toBare = ratio(theirs, ours);
          // Drawing is not part of an inspection.
          const bar = what.startsWith('live') ? null : bars.bare;
          return {
            what,
            msPerImage,
            imagesPerSecond: rounded(1000 / msPerImage),
            toBare,
            toBareCpu: ratio(theirs, ours, 'cpuMs'),
            bar,
            isBarReached: bar === null ? null : toBare.median >= bar,
          };
        }),
      node: nodes.map((node) => {
        const found = timesOf(times, `node ${node.threads}`);
        return {
          threads: node.threads,
          msPerImage: medianOf(found),
          pageToNode: ratio(timesOf(times, 'inspect in page'), found),
        };
      }),
      live: {
        framesPerSecond,
        bar: bars.live,
        isBarReached: bars.live === null ? null : framesPerSecond >= bars.live,
      },
    };
  } finally {
    await opened.close();
    for (const node of nodes) await node.dispose();
  }
}

function timesOf(times: Readonly<Record<string, readonly Duration[]>>, name: string): readonly Duration[] {
  const found = times[name];
  if (found === undefined) throw new Error(`nothing was measured for \`${name}\``);
  return found;
}

async function inPage({ page, cpuSeconds }: OpenedPage, name: string, roundMs: number): Promise<Side> {
  const run = (count: number): Promise<number> =>
    page.evaluate(([side, images]) => window.bench.measure(side, images), [name, count] as const);
  await run(1);
  const least = name.startsWith('stream') ? streamImages : 1;
  const count = Math.max(least, Math.round(roundMs / (await run(1))));
  return async () => {
    const before = await cpuSeconds();
    const ms = await run(count);
    const cpuMs = ((await cpuSeconds()) - before) * 1000;
    // A bare batch may be larger than the count: what was done is what took that long.
    return { ms, cpuMs: cpuMs / batchesOf(name, count) };
  };
}

/** Images that a side processes if a number of them is requested. */
function batchesOf(name: string, count: number): number {
  const batch = name.startsWith('bare') ? Number(name.split(' ')[1]) : 1;
  return batch * Math.ceil(count / batch);
}

interface NodeSide {
  readonly threads: number;
  readonly inspect: () => Promise<unknown>;
  dispose(): Promise<void>;
}

/** The same image from memory. @param threads Default: all. */
async function openNode(model: AnomalyModel, threads: number | undefined): Promise<NodeSide> {
  const backend = await cpu(threads === undefined ? {} : { threads }).open();
  const inspector = await createInspector(model, { backend });
  const { raster: image } = renderApple({ ...frameSize, seed: 500 });
  return {
    threads: backend.capabilities.threads,
    inspect: () => inspector.inspect({ name: 'frame', image }),
    async dispose() {
      await inspector.dispose();
      await backend.dispose();
    },
  };
}
