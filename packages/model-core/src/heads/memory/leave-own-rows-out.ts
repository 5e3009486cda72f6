/**
 * Reference scores of a memory model from its own training images: each image is scored against the rows of other
 * groups, so that no image is compared with itself or an augmented copy of itself. Copies themselves are not scored.
 *
 * The score `max` needs only the most anomalous patch of an image. The first rows of a greedy coreset are spread
 * widest, so distances to them alone bound every patch from above; only patches whose bound exceeds the largest exact
 * distance so far are compared with all rows. The score is the same, with a fraction of the work.
 */
import { hostTensor, type Calibration, type HostTensor, type Tensor, runsInFlight } from '@oddpixel/contract';
import { mapOrdered } from '@oddpixel/contract/unstable';
import { add, GraphBuilder, writeGraph } from '@oddpixel/graph';
import type { TailOptions } from '../../train/anomaly-tail.ts';
import { isSpread, type Backbone } from '../../train/feature-pass.ts';
import type { FitOptions } from '../../train/head.ts';
import type { ImageGroups } from '../../train/image-groups.ts';
import { bankConstants, nearestDistance } from './nearest-distance.ts';
import { outputData } from '@oddpixel/graph/training';
import type { PatchStore } from '../../train/patch-store.ts';
import { collectReferences } from '../../train/reference-scores.ts';
import { finishGraph, patchesName, tailOptions } from '../../train/trained-model.ts';

/** Images whose whole maps are computed, for the pixel statistics; with more images, evenly spread over them. */
const mappedImages = 32;
/** First rows of the bank, which bound distances from above. */
const boundingRows = 512;
/** Patches compared with all rows at a time. */
const examinedTogether = 64;

/** The rows `[M, D]` of a bank, in the order of picking, and the image that each comes from. */
export interface OwnedRows {
  readonly rows: Float32Array;
  readonly owners: readonly number[];
}

/** The groups are of the images in the store. `undefined` if all rows are of a single group: then there is nothing to compare with. */
export async function leaveOwnRowsOut(
  backbone: Backbone,
  store: PatchStore,
  bank: OwnedRows,
  { groups, distinct }: ImageGroups,
  options: FitOptions,
): Promise<Calibration | undefined> {
  const { params, onProgress } = options;
  const rowGroups = bank.owners.map((owner) => groups[owner] as number);
  if (new Set(rowGroups).size < 2) return undefined;

  const open = (rows: Float32Array, tail?: TailOptions): Promise<Comparison> =>
    openComparison({ opset: backbone.graph.opset, store, rows, rowGroups, tail }, options);
  const opening = [
    open(bank.rows, tailOptions(backbone, params)),
    open(bank.rows.subarray(0, boundingRows * store.dims)),
    open(bank.rows),
  ] as const;
  const references = collectReferences();

  try {
    const [whole, bounding, exact] = await Promise.all(opening);
    const scoreImage = async ([index, place]: [number, number]): Promise<void> => {
      const patches = store.images[place] as Float32Array;
      const group = groups[place] as number;
      if (params.scoreMethod !== 'max' || isSpread(index, mappedImages, distinct.length)) {
        const outputs = await whole.run(patches, group);
        references.add(outputData(outputs, 'anomaly_score')[0] as number, outputData(outputs, 'anomaly_map'));
        return;
      }
      const bounds = outputData(await bounding.run(patches, group), 'distances');
      const measure = async (some: readonly number[]): Promise<Float32Array> =>
        outputData(await exact.run(gather(patches, some, store.dims), group), 'distances');
      references.add(await largestDistance(bounds, measure));
    };
    let done = 0;
    for await (const _ of mapOrdered(distinct.entries(), runsInFlight(options.backend), scoreImage)) {
      onProgress({ phase: 'calibration', done: ++done, total: distinct.length });
    }
  } finally {
    const opened = await Promise.allSettled(opening);
    for (const outcome of opened) if (outcome.status === 'fulfilled') await outcome.value.dispose();
  }
  return references.finish('leaveOwnRowsOut');
}

/**
 * The largest of some values that are costly to measure, from upper bounds of all of them: those with the largest
 * bounds are measured until no bound exceeds what was found.
 */
export async function largestDistance(
  bounds: Float32Array,
  measure: (indices: readonly number[]) => Promise<Float32Array>,
): Promise<number> {
  const order = Array.from(bounds.keys()).sort((a, b) => (bounds[b] as number) - (bounds[a] as number));
  let largest = -Infinity;
  for (let start = 0; start < order.length; start += examinedTogether) {
    if ((bounds[order[start] as number] as number) <= largest) break;
    const measured = await measure(order.slice(start, start + examinedTogether));
    largest = measured.reduce((a, b) => Math.max(a, b), largest);
  }
  return largest;
}

/** A graph that compares patches with rows of a bank, but for those of one group. */
interface Comparison {
  /** Patches `[n, D]` of an image of `group`. With a tail `n` is all patches of an image. */
  run(patches: Float32Array, group: number): Promise<Record<string, Tensor>>;
  dispose(): Promise<void>;
}

interface ComparisonGraph {
  readonly opset: number;
  readonly store: PatchStore;
  readonly rows: Float32Array;
  readonly rowGroups: readonly number[];
  /** With it the outputs are those of a model, else `distances` `[1, n]`. */
  readonly tail?: TailOptions | undefined;
}

/** Larger than any squared distance, small enough to be added. */
const excluded = 1e30;

async function openComparison(
  { opset, store, rows, rowGroups, tail }: ComparisonGraph,
  { backend, signal }: FitOptions,
): Promise<Comparison> {
  const { dims, perImage } = store;
  const g = new GraphBuilder({ opset, name: 'leaveOwnRowsOut' });
  const input = g.input(patchesName, 'float32', [1, tail === undefined ? 'n' : perImage, dims]);
  const parts = bankConstants(g, rows, dims).map((part, i) => {
    const penalty = g.input(`penalty_${i}`, 'float32', part.norms.dims);
    return { rows: part.rows, norms: add(part.norms, penalty) };
  });
  const distances = nearestDistance(input, parts);
  if (tail === undefined) g.output('distances', distances);
  const graph = tail === undefined ? g.build() : finishGraph(g, distances, tail);
  const session = await backend.createSession(writeGraph(graph));

  /** Per part of the bank: what takes the rows of a group out of the running. */
  const penalties = (group: number): Record<string, HostTensor> => {
    let first = 0;
    return Object.fromEntries(
      parts.map(({ norms }, i) => {
        const count = Number(norms.dims[0]);
        const own = rowGroups.slice(first, first + count);
        first += count;
        const data = Float32Array.from(own, (rowGroup) => (rowGroup === group ? excluded : 0));
        return [`penalty_${i}`, hostTensor('float32', [count], data)];
      }),
    );
  };

  return {
    run(patches, group) {
      const tensor = hostTensor('float32', [1, patches.length / dims, dims], patches);
      const feeds = { [patchesName]: tensor, ...penalties(group) };
      return session.run(feeds, signal === undefined ? {} : { signal });
    },
    dispose: () => session.dispose(),
  };
}

/** Some rows of `[n, D]`. */
function gather(patches: Float32Array, indices: readonly number[], dims: number): Float32Array {
  const some = new Float32Array(indices.length * dims);
  indices.forEach((index, row) => some.set(patches.subarray(index * dims, (index + 1) * dims), row * dims));
  return some;
}
