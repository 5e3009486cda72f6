/** The document in words. */
import type { FirstRow } from './first.ts';
import type { MemoryRow } from './memory.ts';
import type { Overhead } from './overhead.ts';
import type { Throughput } from './throughput.ts';

export interface Measured {
  readonly throughput: readonly Throughput[];
  readonly overhead: readonly Overhead[];
  readonly memory: readonly MemoryRow[];
  readonly first: readonly FirstRow[];
}

export function summaryOf({ throughput, overhead, memory, first }: Measured): string[] {
  return [
    ...throughput.flatMap(({ model, threads, bare, rows, node, live }) => [
      `${model}, ${threads} thread(s): bare ${bare.map(({ batch, msPerImage }) => `${msPerImage} ms (batch ${batch})`).join(', ')}`,
      ...rows.map(
        ({ what, msPerImage, toBare, bar, isBarReached }) =>
          `  ${what}: ${msPerImage} ms, ${toBare.median} × bare${judged(bar, isBarReached, '≥')}`,
      ),
      ...node.map(
        (row) =>
          `  Node, ${row.threads} thread(s): ${row.msPerImage} ms; page ÷ Node ${row.pageToNode.median}`,
      ),
      `  live: ${live.framesPerSecond} frames/s${judged(live.bar, live.isBarReached, '≥')}`,
    ]),
    ...overhead.map(
      ({ place, totalMs, partsMs, bar, isBarReached }) =>
        `beside the run, in the ${place}: ${totalMs} ms${judged(bar, isBarReached, '≤')}; ${listed(partsMs)}`,
    ),
    ...memory.map(
      ({ device, place, frames, heapGrowthMb, gpuBuffers, bar, isBarReached }) =>
        `${frames} frames, ${device} in the ${place}: heap ${heapGrowthMb} MB more${judged(bar, isBarReached, '≤')}` +
        (gpuBuffers === null ? '' : `; GPU buffers ${gpuBuffers.before} → ${gpuBuffers.after}`),
    ),
    ...first.map(
      ({ device, visit, totalMs, partsMs }) => `${device}, ${visit} visit: ${totalMs} ms; ${listed(partsMs)}`,
    ),
  ];
}

function judged(bar: number | null, isReached: boolean | null, sign: string): string {
  return bar === null ? '' : ` (bar ${sign} ${bar}: ${isReached === true ? 'reached' : 'missed'})`;
}

function listed(parts: Readonly<Record<string, number>>): string {
  return Object.entries(parts)
    .map(([name, ms]) => `${name} ${ms}`)
    .join(', ');
}
