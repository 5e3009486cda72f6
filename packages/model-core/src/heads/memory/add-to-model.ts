/**
 * Accepting more good images without retraining: rows are appended for patches that the memory does not cover yet.
 *
 * Features, scales and the rows that exist stay as they are, so with the score `max` every score can only fall and
 * the old threshold can only raise fewer alarms. The calibration is marked as stale, since it no longer matches.
 */
import { ModelStateError, ParameterError, type Backend } from '@oddpixel/contract';
import {
  createModel,
  finishModel,
  readableBytes,
  verifyModel,
  type AnomalyModel,
} from '../../model/model.ts';
import { GraphBuilder, pickOutputs, readGraph, type Graph, type Value } from '@oddpixel/graph';
import { selectCoreset } from './coreset.ts';
import { extractFeatures, imageInput, withTotals } from '../../train/feature-pass.ts';
import { extensible } from './can-add-images.ts';
import { memoryType } from './parameters.ts';
import { bankConstants, nearestDistance, readBank } from './nearest-distance.ts';
import { checkPatchMemory, patchStore } from '../../train/patch-store.ts';
import { patchGrid } from '../../train/pyramid.ts';
import { finishGraph, patchesName } from '../../train/trained-model.ts';
import {
  hashesOf,
  identityOf,
  type ImageIdentity,
  type TrainingSamples,
} from '../../train/training-sample.ts';

export interface AddToModelOptions {
  readonly backend: Backend;
  /** Images per run of the backbone. Default 8. */
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of images done. */
  readonly onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
}

export interface AddedToModel {
  readonly model: AnomalyModel;
  /** Rows appended to the bank; 0 if the images hold nothing new. */
  readonly rowsAdded: number;
}

/**
 * Adds good images to a trained memory model: patches farther from the bank than its coverage radius are appended,
 * farthest first, until all are covered.
 *
 * @throws ModelStateError for any other model; ParameterError if there is no sample; TensorMismatchError;
 *   ModelFormatError for a damaged file.
 */
export async function addToModel(
  model: AnomalyModel,
  samples: TrainingSamples,
  { backend, batchSize = 8, signal, onProgress }: AddToModelOptions,
): Promise<AddedToModel> {
  const { preprocessing, calibration } = model.manifest;
  const memory = extensible(model.manifest);
  if (memory === undefined) {
    const { head } = model.manifest;
    throw new ModelStateError({
      expected: `a trained model with the head \`${memoryType}\``,
      received: head === undefined ? 'a model without a head' : `one with the head \`${head.type}\``,
      fix: `Only a model with the head \`${memoryType}\` can be extended; train other models again with all images.`,
    });
  }
  const { head, training, coverageRadius } = memory;
  if (samples.count < 1) {
    throw new ParameterError({ name: 'samples', expected: 'at least one good image', received: 'none' });
  }
  await verifyModel(model);
  const dims = head.featureDims;
  checkPatchMemory(samples.count, head.gridWidth * head.gridHeight, dims);
  const graph = readGraph(readableBytes(model));
  const features = pickOutputs(graph, [patchesName]);
  const patches: Float32Array[] = [];
  const images: ImageIdentity[] = [];
  const g = new GraphBuilder({ opset: features.opset, name: 'features' });
  const embedded = g.embed(features, { image: imageInput(g, model) }, '')[patchesName] as Value;
  for await (const batch of extractFeatures(withTotals(g, embedded), samples, {
    backend,
    batchSize,
    signal,
    onProgress: (done) => onProgress?.({ done, total: samples.count }),
  })) {
    batch.samples.forEach((sample, i) => {
      patches.push(batch.data.subarray(i * batch.imageSize, (i + 1) * batch.imageSize));
      images.push(identityOf(sample));
    });
  }
  const store = patchStore(patches, dims);
  const bank = readBank(graph, dims);
  const added = await selectCoreset(store, {
    backend,
    bank,
    rows: store.count,
    first: 0,
    radius: coverageRadius,
    signal,
  });
  const extended = new Float32Array(bank.length + added.rows.length);
  extended.set(bank);
  extended.set(added.rows, bank.length);
  const { figures } = training;
  const grown = createModel(rebuild(model, features, extended, dims), {
    ...model.manifest,
    calibration: calibration && { ...calibration, stale: true },
    training: {
      ...training,
      imageHashes: [...new Set([...training.imageHashes, ...hashesOf(images)])].sort(),
      imageCount: training.imageCount + images.length,
      figures: {
        ...figures,
        patchesSeen: (figures['patchesSeen'] ?? 0) + store.count,
        patchesKept: extended.length / dims,
      },
    },
  });
  return { model: await finishModel(grown), rowsAdded: added.indices.length };

  /** The same features and tail with a larger bank. */
  function rebuild(old: AnomalyModel, featureGraph: Graph, rows: Float32Array, width: number): Graph {
    const { scoreMethod, standardDeviationFactor } = old.manifest;
    const g = new GraphBuilder({ opset: featureGraph.opset, name: 'oddpixel' });
    const embedded = g.embed(featureGraph, { image: imageInput(g, old) }, '')[patchesName] as Value;
    return finishGraph(g, nearestDistance(embedded, bankConstants(g, rows, width)), {
      grid: patchGrid(preprocessing),
      imageHeight: preprocessing.imageHeight,
      imageWidth: preprocessing.imageWidth,
      scoreMethod,
      standardDeviationFactor,
    });
  }
}
