/** From the navigation to the first verdict, with nothing kept in the browser and with what the visit before left. */
import { serveFiles } from '@oddpixel/testing/built-pages';
import { launchProfile } from '@oddpixel/testing/browser';
import { setTimeout } from 'node:timers/promises';
import { median, rounded } from '../shared/rounds.ts';
import type { FirstParts } from './page/first.ts';
import type { Site } from './site.ts';

export interface FirstRow {
  readonly device: 'wasm' | 'webgpu';
  readonly visit: 'first' | 'third';
  readonly rounds: number;
  /** Medians. The server is on the same machine: add the time that a network takes. */
  readonly partsMs: Readonly<Record<Exclude<keyof FirstParts, 'total' | 'transferredBytes'>, number>>;
  readonly totalMs: number;
  readonly transferredMb: number;
}

/** The browser writes what it compiled some time after it was used. */
const writingMs = 2000;

export async function measureFirst(
  site: Site,
  {
    device,
    model,
    rounds,
  }: { readonly device: 'wasm' | 'webgpu'; readonly model: string; readonly rounds: number },
): Promise<FirstRow[]> {
  const files = new Map(site.files).set(
    '/model.onnx',
    site.files.get(site.models[model] ?? '') ?? new Uint8Array(),
  );
  const visits: Record<'first' | 'third', FirstParts[]> = { first: [], third: [] };
  for (let round = 0; round < rounds; round++) {
    const server = await serveFiles(files);
    const context = await launchProfile({ webgpu: device === 'webgpu' });
    try {
      for (const visit of ['first', 'second', 'third'] as const) {
        const page = await context.newPage();
        await page.goto(`${server.url}/first?device=${device}`);
        const parts = await page.evaluate(() => window.first);
        if (visit !== 'second') visits[visit].push(parts);
        await setTimeout(writingMs);
        await page.close();
      }
    } finally {
      await context.close();
      await server.close();
    }
  }
  return (['first', 'third'] as const).map((visit) => {
    const of = (name: keyof FirstParts): number => rounded(median(visits[visit].map((parts) => parts[name])));
    return {
      device,
      visit,
      rounds,
      partsMs: {
        page: of('page'),
        engineFetched: of('engineFetched'),
        engineStarted: of('engineStarted'),
        modelFetched: of('modelFetched'),
        sessionCreated: of('sessionCreated'),
        firstRun: of('firstRun'),
      },
      totalMs: of('total'),
      transferredMb: rounded(of('transferredBytes') / 1e6),
    };
  });
}
