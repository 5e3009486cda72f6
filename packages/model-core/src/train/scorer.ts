/** A trained model that tells, besides its results, what features it saw. */
import type { Backend, PreprocessedSample, Result } from '@oddpixel/contract';
import { applyBatch } from '../model/apply-batch.ts';
import { loadModel, verifyModel, type AnomalyModel } from '../model/index.ts';
import { pickOutputs, readGraph, writeGraph } from '@oddpixel/graph';
import { patchesName } from './trained-model.ts';

export interface Scorer {
  /** Results in order, and of each sample its patches `[P, D]`: none of a foreign model. */
  score(
    samples: readonly PreprocessedSample[],
    signal?: AbortSignal,
  ): Promise<{ results: readonly Result[]; patches: readonly Float32Array[] }>;
  dispose(): Promise<void>;
}

/** Errors as `loadModel`. */
export async function openScorer(model: AnomalyModel, backend: Backend): Promise<Scorer> {
  const { head } = model.manifest;
  if (head === undefined) {
    const loaded = await loadModel(model, backend);
    return {
      score: async (samples, signal) => ({
        results: await loaded.apply(samples, signal && { signal }),
        patches: [],
      }),
      dispose: () => loaded.dispose(),
    };
  }
  await verifyModel(model);
  const graph = pickOutputs(readGraph(model.bytes), ['anomaly_map', 'anomaly_score', patchesName]);
  const session = await backend.createSession(writeGraph(graph));
  const dims = [head.gridHeight * head.gridWidth, head.featureDims];
  const size = head.gridHeight * head.gridWidth * head.featureDims;
  return {
    async score(samples, signal) {
      const { results, also } = await applyBatch(model, session, samples, {
        signal,
        also: { name: patchesName, dims },
      });
      return {
        results,
        patches: samples.map((_, i) => also?.subarray(i * size, (i + 1) * size) ?? new Float32Array(0)),
      };
    },
    dispose: () => session.dispose(),
  };
}
