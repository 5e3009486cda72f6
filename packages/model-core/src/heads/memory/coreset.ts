/**
 * Greedy k-center coreset (Sener and Savarese 2018; for memory banks: Roth et al. 2022, section 3.2): always take
 * the patch that is farthest from everything taken so far.
 *
 * The plain algorithm measures all patches after every pick. Here the picks are the same with a fraction of the
 * work: distances only fall, so an old distance is an upper bound. Only patches whose bound is among the largest
 * are measured again; from those that stay large a pool is formed, and picks come from the pool as long as its
 * farthest patch is at least as far as every bound outside.
 */
import { type Backend } from '@oddpixel/contract';
import { inBatches, mapOrdered } from '@oddpixel/contract/unstable';
import { openDistances, type Distances } from './distances.ts';
import { copyPatch, gatherPatches, type PatchStore } from '../../train/patch-store.ts';

export interface CoresetOptions {
  readonly backend: Backend;
  /** Maximum number of patches to take. */
  readonly rows: number;
  /** Taken first if there is no bank yet. */
  readonly first: number;
  /** Rows `[m, D]` that exist already: distances are measured to them as well. */
  readonly bank?: Float32Array;
  /** Stops when no patch is farther than this from bank and picks. Default 0. */
  readonly radius?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (rows: number) => void;
}

export interface Coreset {
  /** Indices of the picked patches, in the order of picking. */
  readonly indices: readonly number[];
  /** The picked patches `[k, D]`. */
  readonly rows: Float32Array;
  /** Largest distance of any patch to its nearest row. */
  readonly radius: number;
}

/** How many bounds are measured again per round, roughly. */
const refreshSize = 4096;
/** Patches of one comparison. */
const measuredTogether = 1024;
/** Maximum number of patches that are compared with every pick of a round. */
const poolSize = 512;

/** Picks up to `rows` patches. Deterministic for a deterministic backend. */
export async function selectCoreset(store: PatchStore, options: CoresetOptions): Promise<Coreset> {
  const { backend, signal, onProgress, bank, radius: stopRadius = 0 } = options;
  const limit = Math.min(options.rows, store.count);
  const distances = await openDistances(store.dims, backend);
  try {
    const search = startSearch(store, limit, bank);
    if (bank === undefined && limit > 0) take(search, options.first);
    for (;;) {
      signal?.throwIfAborted();
      const { pool, cut } = await farthestPool(search, distances, signal);
      const farthest = Math.sqrt(search.bounds[pool[0] ?? 0] ?? 0);
      if (search.indices.length >= limit || pool.length === 0 || farthest <= stopRadius) {
        const rows = search.rows.slice(0, search.indices.length * store.dims);
        return { indices: search.indices, rows, radius: farthest };
      }
      pickFrom(pool, cut, stopRadius ** 2, limit, search);
      onProgress?.(search.indices.length);
    }
  } finally {
    await distances.dispose();
  }
}

/** The state of one selection. */
interface Search {
  readonly store: PatchStore;
  readonly bank: Float32Array;
  readonly bankRows: number;
  readonly indices: number[];
  /** Bank and picks, `[bankRows + limit, D]`. */
  readonly all: Float32Array;
  /** The picks alone: the end of `all`. */
  readonly rows: Float32Array;
  /** Squared distance to the nearest row when last measured: an upper bound since. */
  readonly bounds: Float32Array;
  /** How many of `all` that measurement saw. */
  readonly seen: Uint32Array;
}

function startSearch(store: PatchStore, limit: number, bank: Float32Array = new Float32Array(0)): Search {
  const all = new Float32Array(bank.length + limit * store.dims);
  all.set(bank);
  return {
    store,
    bank,
    bankRows: bank.length / store.dims,
    indices: [],
    all,
    rows: all.subarray(bank.length),
    bounds: new Float32Array(store.count).fill(Infinity),
    seen: new Uint32Array(store.count),
  };
}

function take(search: Search, index: number): void {
  copyPatch(search.store, index, search.rows, search.indices.length);
  search.indices.push(index);
}

/** Patches with exact distances, farthest first, and a `cut` that no bound outside the pool exceeds. */
async function farthestPool(
  search: Search,
  distances: Distances,
  signal: AbortSignal | undefined,
): Promise<{ pool: number[]; cut: number }> {
  const { bounds } = search;
  for (;;) {
    const cut = boundOfRank(bounds, refreshSize);
    const candidates: number[] = [];
    for (let i = 0; i < bounds.length; i++) if ((bounds[i] as number) >= cut) candidates.push(i);
    await refresh(search, candidates, distances, signal);
    const large = candidates.filter((i) => (bounds[i] as number) >= cut);
    // Measured again, all of them fell below others' bounds: look at those.
    if (large.length === 0) continue;
    large.sort((a, b) => (bounds[b] as number) - (bounds[a] as number) || a - b);
    const next = large[poolSize];
    return { pool: large.slice(0, poolSize), cut: next === undefined ? cut : (bounds[next] as number) };
  }
}

/** Measures the candidates against the rows that they have not seen. */
async function refresh(
  search: Search,
  candidates: readonly number[],
  distances: Distances,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { store, bounds, seen, all, bankRows, indices } = search;
  const rowCount = bankRows + indices.length;
  const stale = candidates.filter((i) => (seen[i] as number) < rowCount);
  // Patches measured at about the same time go together, so that few rows are compared twice.
  stale.sort((a, b) => (seen[a] as number) - (seen[b] as number) || a - b);
  const measure = async (part: readonly number[]): Promise<void> => {
    const firstRow = seen[part[0] as number] as number;
    const patches = gatherPatches(store, part);
    const rows = all.subarray(firstRow * store.dims, rowCount * store.dims);
    const nearest = await distances.nearest(patches, rows, signal);
    part.forEach((index, row) => {
      bounds[index] = Math.min(bounds[index] as number, nearest[row] as number);
      seen[index] = rowCount;
    });
  };
  // One part is put together while others are measured.
  for await (const _ of mapOrdered(inBatches(stale, measuredTogether), distances.inFlight, measure));
}

/** Takes the farthest of the pool while it is at least as far as everything outside. */
function pickFrom(
  pool: readonly number[],
  cut: number,
  stopSquared: number,
  limit: number,
  search: Search,
): void {
  const { store, bounds, seen, bankRows } = search;
  const { dims } = store;
  const patches = gatherPatches(store, pool);
  const exact = Float64Array.from(pool, (index) => bounds[index] as number);
  for (;;) {
    let best = 0;
    for (let i = 1; i < exact.length; i++) if ((exact[i] as number) > (exact[best] as number)) best = i;
    const distance = exact[best] as number;
    if (distance < cut || distance <= stopSquared || search.indices.length >= limit) break;
    take(search, pool[best] as number);
    const pick = patches.subarray(best * dims, (best + 1) * dims);
    for (let i = 0; i < exact.length; i++) {
      exact[i] = Math.min(exact[i] as number, squaredDistance(patches, i * dims, pick, exact[i] as number));
    }
  }
  const rowCount = bankRows + search.indices.length;
  pool.forEach((index, i) => {
    bounds[index] = exact[i] as number;
    seen[index] = rowCount;
  });
}

/** Squared distance of one patch in `patches` to `pick`; stops early once it exceeds `limit`. */
function squaredDistance(patches: Float32Array, start: number, pick: Float32Array, limit: number): number {
  let sum = 0;
  for (let c = 0; c < pick.length;) {
    const end = Math.min(pick.length, c + 16);
    for (; c < end; c++) {
      const difference = (patches[start + c] as number) - (pick[c] as number);
      sum += difference * difference;
    }
    if (sum >= limit) return sum;
  }
  return sum;
}

/**
 * A bound that about `rank` of the values reach; the smallest value if there are fewer.
 * Counts by the leading bits of the float, whose order is the order of non-negative numbers.
 */
function boundOfRank(bounds: Float32Array, rank: number): number {
  const bits = new Uint32Array(bounds.buffer, bounds.byteOffset, bounds.length);
  const counts = new Uint32Array(1 << (32 - droppedBits));
  for (let i = 0; i < bits.length; i++) {
    const bin = (bits[i] as number) >>> droppedBits;
    counts[bin] = (counts[bin] as number) + 1;
  }
  let bin = counts.length;
  let above = 0;
  while (bin > 0 && above < rank) above += counts[--bin] as number;
  return new Float32Array(Uint32Array.of(bin << droppedBits).buffer)[0] as number;
}

/** Keeps sign, exponent and 9 bits of the fraction: bins of 0.2 %. */
const droppedBits = 14;
