/** `pnpm bench browser`: what an inspection in a page costs beside the engine, in time and in memory. */
import { cpu } from '@oddpixel/runtime-node';
import { chromiumPath } from '@oddpixel/testing/browser';
import type { AnomalyModel } from '@oddpixel/model-core';
import { measureFirst, type FirstRow } from './browser/first.ts';
import { measureMemory, type MemoryOptions, type MemoryRow } from './browser/memory.ts';
import { trainMemory, type ModelSize } from './browser/model.ts';
import { measureOverhead } from './browser/overhead.ts';
import { buildSite, frameSize } from './browser/site.ts';
import { summaryOf } from './browser/summary.ts';
import { measureThroughput, type Throughput, type ThroughputBars } from './browser/throughput.ts';
import { describeMachine } from './shared/machine.ts';
import { isTinySize, readOptions, wholeNumber } from './shared/options.ts';
import { printDocument, tell } from './shared/report.ts';

const parts = ['throughput', 'overhead', 'memory', 'first'] as const;
type Part = (typeof parts)[number];

type ModelName = 'large' | 'live' | 'quick' | 'gpu';

interface Sizes {
  readonly models: Readonly<Record<ModelName, ModelSize>>;
  readonly throughput: readonly {
    readonly name: ModelName;
    readonly isolated: boolean;
    readonly bars: ThroughputBars;
  }[];
  readonly memory: readonly Pick<MemoryOptions, 'device' | 'place' | 'model'>[];
  readonly first: readonly { readonly device: 'wasm' | 'webgpu'; readonly model: ModelName }[];
  readonly rounds: number;
  readonly roundMs: number;
  readonly overheadFrames: number;
  readonly warmUpFrames: number;
  readonly frames: number;
}

const largeBars: ThroughputBars = { bare: 0.85, live: null };
/** On small images a frame's pixels and the resize weigh more beside the model. */
const liveBars: ThroughputBars = { bare: null, live: 15 };

/** The default number of rows of the head `memory`. `gpu` is for a GPU in software. */
const full: Sizes = {
  models: {
    large: { width: 256, height: 256, rows: 4000, goodImages: 24 },
    live: { width: 192, height: 192, rows: 4000, goodImages: 24 },
    quick: { width: 128, height: 128, rows: 4000, goodImages: 24 },
    gpu: { width: 64, height: 32, rows: 40, goodImages: 4 },
  },
  throughput: [
    { name: 'large', isolated: false, bars: largeBars },
    { name: 'large', isolated: true, bars: largeBars },
    { name: 'live', isolated: false, bars: liveBars },
    { name: 'live', isolated: true, bars: liveBars },
    { name: 'quick', isolated: false, bars: liveBars },
    { name: 'quick', isolated: true, bars: liveBars },
  ],
  memory: [
    { device: 'wasm', place: 'page', model: 'live' },
    { device: 'wasm', place: 'worker', model: 'live' },
    { device: 'webgpu', place: 'page', model: 'gpu' },
  ],
  first: [
    { device: 'wasm', model: 'large' },
    { device: 'webgpu', model: 'gpu' },
  ],
  rounds: 5,
  roundMs: 1000,
  overheadFrames: 100,
  warmUpFrames: 100,
  frames: 1000,
};

const tinyModel: ModelSize = { width: 96, height: 64, rows: 40, goodImages: 4 };
const tiny: Sizes = {
  models: { large: tinyModel, live: tinyModel, quick: tinyModel, gpu: tinyModel },
  throughput: [{ name: 'large', isolated: true, bars: largeBars }],
  memory: [{ device: 'wasm', place: 'worker', model: 'live' }],
  first: [{ device: 'wasm', model: 'large' }],
  rounds: 1,
  roundMs: 1,
  overheadFrames: 4,
  warmUpFrames: 2,
  frames: 4,
};

/** The models that a part needs. */
const modelsOf: Readonly<Record<Part, readonly ModelName[]>> = {
  throughput: ['large', 'live', 'quick'],
  overhead: ['large'],
  memory: ['live', 'gpu'],
  first: ['large', 'gpu'],
};

/** @param args see the README. */
export async function benchBrowser(args: readonly string[]): Promise<void> {
  const options = readOptions(args, ['rounds', 'round-ms', 'sizes', 'only']);
  const sizes = isTinySize(options.sizes) ? tiny : full;
  const rounds = wholeNumber('rounds', options.rounds, sizes.rounds);
  const roundMs = wholeNumber('round-ms', options['round-ms'], sizes.roundMs);
  const wanted = parts.filter((part) => options.only === undefined || options.only === part);
  if (wanted.length === 0)
    throw new TypeError(`--only: expected ${parts.join(', ')}, received \`${options.only}\``);
  if (chromiumPath === undefined) {
    printDocument({
      measurement: 'browser',
      machine: describeMachine(),
      skipped: 'no Chromium; set CHROME_PATH',
    });
    return;
  }

  const models = await trainAll(sizes, new Set(wanted.flatMap((part) => modelsOf[part])));
  const site = await buildSite(models);
  const machine = describeMachine();
  const throughput: Throughput[] = [];
  const memory: MemoryRow[] = [];
  const first: FirstRow[] = [];
  if (wanted.includes('throughput')) {
    for (const configuration of sizes.throughput) {
      const model = models[configuration.name] as AnomalyModel;
      throughput.push(await measureThroughput(site, { ...configuration, model, rounds, roundMs }));
      tell(`throughput: ${configuration.name}, ${configuration.isolated ? 'isolated' : 'not isolated'}`);
    }
  }
  const overhead = wanted.includes('overhead')
    ? await measureOverhead(site, 'large', sizes.overheadFrames)
    : [];
  if (wanted.includes('memory')) {
    for (const row of sizes.memory) {
      memory.push(await measureMemory(site, { ...sizes, ...row }));
      tell(`memory: ${JSON.stringify(row)}`);
    }
  }
  if (wanted.includes('first')) {
    for (const row of sizes.first) first.push(...(await measureFirst(site, { ...row, rounds })));
  }
  const document = {
    measurement: 'browser',
    machine,
    chromium: site.chromium,
    backbone: 'small',
    models: sizes.models,
    frame: frameSize,
    rounds,
    throughput,
    overhead,
    memory,
    first,
  };
  for (const line of summaryOf(document)) tell(line);
  printDocument(document);
}

async function trainAll(
  { models }: Sizes,
  names: ReadonlySet<ModelName>,
): Promise<Partial<Record<ModelName, AnomalyModel>>> {
  const backend = await cpu().open();
  const trained: Partial<Record<ModelName, AnomalyModel>> = {};
  for (const name of names) trained[name] = await trainMemory(backend, models[name]);
  await backend.dispose();
  tell('models trained');
  return trained;
}
