/** A thousand frames: what the page holds afterwards that it did not hold before. */
import { rounded } from '../shared/rounds.ts';
import { openMain, type OpenedPage, type Site } from './site.ts';

/** Megabytes. */
const heapBar = 5;

export interface MemoryRow {
  readonly device: 'wasm' | 'webgpu';
  readonly place: 'page' | 'worker';
  readonly warmUpFrames: number;
  readonly frames: number;
  /** After the collection of garbage, the memory of arrays included; `worker`: the page's and the worker's. */
  readonly heapBeforeMb: number;
  readonly heapGrowthMb: number;
  /** Buffers that were made and not given back, before and after; `null`: not on the page's own device. */
  readonly gpuBuffers: { readonly created: number; readonly before: number; readonly after: number } | null;
  readonly bar: number;
  readonly isBarReached: boolean;
}

export interface MemoryOptions {
  readonly device: 'wasm' | 'webgpu';
  readonly place: 'page' | 'worker';
  readonly model: string;
  readonly warmUpFrames: number;
  readonly frames: number;
}

/** Measured immediately, after a collection, instead of when the browser has time. */
const eager = '--enable-blink-features=ForceEagerMeasureMemory';

export async function measureMemory(site: Site, options: MemoryOptions): Promise<MemoryRow> {
  const { device, place, model, warmUpFrames, frames } = options;
  const opened = await openMain(site, true, { webgpu: device === 'webgpu', args: [eager] });
  try {
    const { page } = opened;
    await page.evaluate(([address, images, ...where]) => window.bench.openFrames(address, images, ...where), [
      site.models[model] ?? '',
      site.images,
      device,
      place,
    ] as const);
    const show = (count: number) => page.evaluate((number) => window.bench.showFrames(number), count);
    const buffersBefore = await show(warmUpFrames);
    const before = await heapBytes(opened);
    const buffersAfter = await show(frames);
    const growth = (await heapBytes(opened)) - before;
    const hasBuffers = device === 'webgpu' && place === 'page';
    const isConstant = buffersBefore.alive === buffersAfter.alive;
    return {
      device,
      place,
      warmUpFrames,
      frames,
      heapBeforeMb: rounded(before / 1e6),
      heapGrowthMb: rounded(growth / 1e6),
      gpuBuffers: hasBuffers
        ? { created: buffersAfter.created, before: buffersBefore.alive, after: buffersAfter.alive }
        : null,
      bar: heapBar,
      isBarReached: growth <= heapBar * 1e6 && (!hasBuffers || (isConstant && buffersAfter.created > 0)),
    };
  } finally {
    await opened.close();
  }
}

/** The page's and its workers' memory, WebAssembly's included. */
async function heapBytes({ page }: OpenedPage): Promise<number> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.detach();
  return page.evaluate(async () => {
    const measure = Reflect.get(performance, 'measureUserAgentSpecificMemory') as () => Promise<{
      bytes: number;
    }>;
    const { bytes } = await measure.call(performance);
    return bytes;
  });
}
