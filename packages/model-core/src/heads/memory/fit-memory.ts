/** Fitting the memory head: all patches into memory, a coreset out of them, reference scores without own rows. */
import { selectCoreset } from './coreset.ts';
import { collectPatches } from '../../train/collect-patches.ts';
import type { Backbone } from '../../train/feature-pass.ts';
import { leaveOwnRowsOut } from './leave-own-rows-out.ts';
import { bankConstants, nearestDistance } from './nearest-distance.ts';
import { createRandom } from '@oddpixel/contract';
import type { FitOptions, FittedHead } from '../../train/head.ts';
import type { MemoryParams } from './parameters.ts';
import type { TrainingSamples } from '../../train/training-sample.ts';

export async function fitMemory(
  backbone: Backbone,
  samples: TrainingSamples,
  { numRows }: MemoryParams,
  options: FitOptions,
): Promise<FittedHead> {
  const { params, backend, signal, onProgress } = options;
  const { store, transform, grouper } = await collectPatches(backbone, samples, options);
  const { dims, perImage, count } = store;
  const coreset = await selectCoreset(store, {
    backend,
    rows: numRows,
    first: createRandom(params.seed).integer(count),
    signal,
    onProgress: (done) => onProgress({ phase: 'coreset', done, total: Math.min(numRows, count) }),
  });
  const owners = coreset.indices.map((index) => Math.floor(index / perImage));
  const calibration = options.selfCalibrate
    ? await leaveOwnRowsOut(backbone, store, { rows: coreset.rows, owners }, grouper.finish(), options)
    : undefined;
  return {
    transform,
    distance: (g, patches) => nearestDistance(patches, bankConstants(g, coreset.rows, dims)),
    featureDims: dims,
    figures: { patchesSeen: count, patchesKept: coreset.indices.length, coverageRadius: coreset.radius },
    grouper,
    calibration,
  };
}
