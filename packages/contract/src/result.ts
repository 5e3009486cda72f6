/** What the model returns for one image. */
import type { ImageLabel, ImageLabelId } from './dataset.ts';
import type { Thresholds } from './manifest.ts';
import type { Box, ImageGeometry } from './preprocess.ts';
import type { Region } from './region.ts';

/** One value per model pixel: `data[y * width + x]`. */
export interface AnomalyImage {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export interface Result {
  readonly imageId?: number | undefined;
  /** Raw, never clamped: higher is more anomalous. */
  readonly anomalyImage: AnomalyImage;
  /** Raw, never clamped: higher is more anomalous. */
  readonly anomalyScore: number;
  readonly geometry: ImageGeometry;
  /** After thresholds: the ones that were applied. */
  readonly thresholds?: Pick<Thresholds, 'classification' | 'segmentation'>;
  /** After thresholds: `nok` if the score is at or above the classification threshold. */
  readonly anomalyClass?: ImageLabel;
  readonly anomalyClassId?: ImageLabelId;
  /** After thresholds: model pixels at or above the segmentation threshold. */
  readonly anomalyRegion?: Region;
  /** After calibration: (1 + reference scores ≥ score) / (n + 1). Small is anomalous. */
  readonly pValue?: number;
  /** What `JSON.stringify` writes: everything but the map and the region's runs. A spread copy or a structured clone has no such method. */
  toJSON?(): ResultJson;
}

/** One connected piece of the anomalous region, in source pixels. */
export interface RegionComponent {
  /** Source pixels covered. */
  readonly area: number;
  readonly box: Box;
  /** Centre of mass. */
  readonly centre: { readonly x: number; readonly y: number };
  /** The most anomalous pixel: its place and its raw map value; a value that is not a number counts as the highest. */
  readonly peak: { readonly x: number; readonly y: number; readonly value: number };
}

/** A result as JSON: the same from the API, the command line, and a server. `null` if the model has no thresholds. */
export interface ResultJson {
  /** The anomaly score: raw, never clamped. */
  readonly score: number;
  /** The anomaly class. */
  readonly verdict: ImageLabel | null;
  readonly verdictId: ImageLabelId | null;
  /** `null` without a calibration, too. */
  readonly pValue: number | null;
  /** The pieces of the anomalous region, largest peak first. */
  readonly regions: readonly RegionComponent[];
  readonly thresholds: { readonly classification: number; readonly segmentation: number } | null;
}
