/**
 * A model for integrators without our packages: raw pixels in, verdict out. Input `image` uint8 `[height, width, 3]`
 * (RGB, upright, any size); outputs named as anomalib v2 names them.
 */
import { hostTensor, ModelStateError, thresholdParameters, checkParameter } from '@oddpixel/contract';
import { checkModel } from '../model/check-model.ts';
import { assertTrained, checkIntegrity, readableBytes, type AnomalyModel } from '../model/model.ts';
import { GraphBuilder, greaterOrEqual, readGraph, reshape, writeGraph, type Value } from '@oddpixel/graph';
import { serializeManifest } from '../model/manifest-schema.ts';
import { normalizeInGraph } from './normalize-in-graph.ts';
import { resizeInGraph } from './resize-in-graph.ts';
import { namedOutput } from './named-output.ts';

export interface StandaloneOptions {
  /** Replaces the classification threshold of the model. */
  readonly threshold?: number;
}

/** Key of the manifest in a standalone file, which is not a model file of ours: it takes other inputs. */
export const standaloneKey = 'oddpixel_standalone';

/**
 * The model as one ONNX file that takes raw pixels.
 *
 * Outputs: `anomaly_map` float32 `[1, 1, H, W]` and `pred_score` float32 `[1]`, both raw; `pred_label` bool `[1]` and
 * `pred_mask` bool `[1, 1, H, W]`. The thresholds `image_threshold` and `pixel_threshold` are initializers that are
 * inputs as well, so a caller may override them.
 *
 * @throws ModelStateError for an untrained or foreign model, or one without thresholds if none is passed;
 *   ModelFormatError for a damaged file.
 */
export function exportStandalone(model: AnomalyModel, { threshold }: StandaloneOptions = {}): Uint8Array {
  assertTrained(model);
  checkModel(model);
  checkIntegrity(model);
  const { manifest } = model;
  if (manifest.external !== undefined) {
    throw new ModelStateError({
      expected: 'an Oddpixel model',
      received: 'a foreign model',
      fix: 'Use its own export.',
    });
  }
  if (threshold !== undefined) checkParameter('threshold', thresholdParameters.classification, threshold);
  const imageThreshold = threshold ?? manifest.thresholds?.classification;
  if (imageThreshold === undefined) {
    throw new ModelStateError({
      expected: 'a model with thresholds',
      received: 'a model without thresholds',
      fix: 'Give a threshold, or train with at least two good images.',
    });
  }
  const { preprocessing } = manifest;
  const { imageHeight: height, imageWidth: width, imageNumChannels: channels } = preprocessing;
  const graph = readGraph(readableBytes(model));
  const g = new GraphBuilder({ opset: graph.opset, name: 'oddpixel_standalone' });
  const image = g.input('image', 'uint8', ['height', 'width', 3]);
  const planes = normalizeInGraph(resizeInGraph(image, height, width), preprocessing);
  const outputs = g.embed(graph, { image: reshape(planes, [1, channels, height, width]) }, 'model/');
  const map = namedOutput(outputs, 'anomaly_map');
  const score = namedOutput(outputs, 'anomaly_score');
  const pixelThreshold = manifest.thresholds?.segmentation ?? imageThreshold;
  g.output('anomaly_map', map);
  g.output('pred_score', score);
  g.output('pred_label', greaterOrEqual(score, scalar(g, 'image_threshold', imageThreshold)));
  g.output('pred_mask', greaterOrEqual(map, scalar(g, 'pixel_threshold', pixelThreshold)));
  return writeGraph({ ...g.build(), metadata: new Map([[standaloneKey, serializeManifest(manifest)]]) });
}

function scalar(g: GraphBuilder, name: string, value: number): Value {
  return g.overridable(name, hostTensor('float32', [], Float32Array.of(value)));
}
