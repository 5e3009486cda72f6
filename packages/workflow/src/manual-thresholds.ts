/** Thresholds that a person sets. */
import { thresholdParameters, type Thresholds, checkParameter } from '@oddpixel/contract';
import { withManifest, type AnomalyModel } from '@oddpixel/model-core';

export interface ManualThresholds {
  /** A score at or above it is `nok`. */
  readonly classification: number;
  /** A map pixel at or above it is anomalous. Default: that of the model, or `classification` if it has none. */
  readonly segmentation?: number | undefined;
}

/**
 * The same graph with these thresholds. One that differs from the model's own is called `manual`, and a manual
 * classification threshold makes no statement about false alarms. The same model if nothing differs.
 *
 * @throws ParameterError for a threshold that is not finite or outside its range
 */
export function withManualThresholds(
  model: AnomalyModel,
  { classification, segmentation: given }: ManualThresholds,
): AnomalyModel {
  checkParameter('classification', thresholdParameters.classification, classification);
  const own = model.manifest.thresholds;
  const segmentation = given ?? own?.segmentation ?? classification;
  checkParameter('segmentation', thresholdParameters.segmentation, segmentation);
  const keepsClassification = own?.classification === classification;
  const keepsSegmentation = own?.segmentation === segmentation;
  if (keepsClassification && keepsSegmentation) return model;
  const thresholds: Thresholds = {
    classification,
    segmentation,
    classificationMethod: keepsClassification ? own.classificationMethod : 'manual',
    segmentationMethod: keepsSegmentation ? own.segmentationMethod : 'manual',
    statement: keepsClassification ? own.statement : undefined,
  };
  return withManifest(model, { thresholds });
}
