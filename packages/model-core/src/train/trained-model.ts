/** Putting the parts together: backbone, feature transform, head and tail in one graph with its manifest. */
import type { HeadRecord, ModelManifest } from '@oddpixel/contract';
import { createModel, type AnomalyModel } from '../model/model.ts';
import { GraphBuilder, type Graph, type Value } from '@oddpixel/graph';
import { anomalyTail, type TailOptions } from './anomaly-tail.ts';
import type { PatchDistance } from './head.ts';
import { embedLevels, imageInput, type Backbone } from './feature-pass.ts';
import { toPatches, transformFeatures, type FeatureTransform } from './pyramid.ts';

/** The value that holds the patches `[N, P, D]` in every trained graph. */
export const patchesName = 'patches';

/** `image` → `anomaly_map`, `anomaly_score`. */
export function trainedGraph(
  backbone: Backbone,
  transform: FeatureTransform,
  distance: PatchDistance,
  tail: TailOptions,
): Graph {
  const g = new GraphBuilder({ opset: backbone.graph.opset, name: 'oddpixel' });
  const aligned = embedLevels(backbone, imageInput(g, backbone.model));
  const patches = g.named(patchesName, toPatches(transformFeatures(aligned, transform)));
  return finishGraph(g, distance(g, patches), tail);
}

/** Declares the two outputs of every model of ours. */
export function finishGraph(g: GraphBuilder, distances: Value, options: TailOptions): Graph {
  const { map, score } = anomalyTail(distances, options);
  g.output('anomaly_map', map);
  g.output('anomaly_score', score);
  return g.build();
}

export function tailOptions(
  { model, grid }: Backbone,
  params: Pick<TailOptions, 'scoreMethod' | 'standardDeviationFactor'>,
): TailOptions {
  const { imageHeight, imageWidth } = model.manifest.preprocessing;
  const { scoreMethod, standardDeviationFactor } = params;
  return { grid, imageHeight, imageWidth, scoreMethod, standardDeviationFactor };
}

/** The trained model: the initial model's manifest with what training adds. */
export function trainedModel(
  initial: AnomalyModel,
  graph: Graph,
  changes: Partial<ModelManifest> & { readonly head: HeadRecord },
): AnomalyModel {
  return createModel(graph, { ...initial.manifest, ...changes });
}
