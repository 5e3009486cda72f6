/** A trained model that returns its results and the features that it saw. */
import { type Backend, type PreprocessedSample, type Result } from '@oddpixel/contract';
import { elementCount } from '@oddpixel/contract/unstable';
import { applyBatch } from '../model/apply-batch.ts';
import { checkModel } from '../model/check-model.ts';
import { loadModel } from '../model/load.ts';
import { readableBytes, verifyModel, type AnomalyModel } from '../model/model.ts';
import { pickOutputs, readGraph, writeGraph, type Graph } from '@oddpixel/graph';
import { patchesName } from './trained-model.ts';

export interface Scorer {
  /** Results in order, and of each sample its patches `[P, D]`: none if the model does not return them, such as a foreign one. */
  score(
    samples: readonly PreprocessedSample[],
    signal?: AbortSignal,
  ): Promise<{ results: readonly Result[]; patches: readonly Float32Array[] }>;
  dispose(): Promise<void>;
}

/** Errors as `loadModel`. */
export async function openScorer(model: AnomalyModel, backend: Backend): Promise<Scorer> {
  const { head } = model.manifest;
  const graph = head && (await graphWithPatches(model));
  if (head === undefined || graph === undefined) {
    const loaded = await loadModel(model, backend);
    return {
      score: async (samples, signal) => ({
        results: await loaded.apply(samples, signal && { signal }),
        patches: [],
      }),
      dispose: () => loaded.dispose(),
    };
  }
  const session = await backend.createSession(writeGraph(graph));
  const dims = [head.gridHeight * head.gridWidth, head.featureDims];
  const size = elementCount(dims);
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

/** `undefined` if the patches are not an output: another tool may have changed the model. */
async function graphWithPatches(model: AnomalyModel): Promise<Graph | undefined> {
  checkModel({ manifest: model.manifest, bytes: readableBytes(model) });
  await verifyModel(model);
  const graph = readGraph(readableBytes(model));
  const isTold = graph.nodes.some(({ outputs }) => outputs.includes(patchesName));
  return isTold ? pickOutputs(graph, ['anomaly_map', 'anomaly_score', patchesName]) : undefined;
}
