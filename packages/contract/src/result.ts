/** What the model says about one image. */
import type { ImageLabel, ImageLabelId } from './dataset.ts';
import type { ImageGeometry } from './preprocess.ts';
import type { Region } from './region.ts';

/** One value per model pixel: `data[y * width + x]`. */
export interface AnomalyImage {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export interface Result {
  readonly imageId?: number | undefined;
  /** Raw, never clamped: higher is odder. */
  readonly anomalyImage: AnomalyImage;
  /** Raw, never clamped: higher is odder. */
  readonly anomalyScore: number;
  readonly geometry: ImageGeometry;
  /** After thresholds: `nok` where the score is at or above the classification threshold. */
  readonly anomalyClass?: ImageLabel;
  readonly anomalyClassId?: ImageLabelId;
  /** After thresholds: model pixels at or above the segmentation threshold. */
  readonly anomalyRegion?: Region;
  /** After calibration: (1 + reference scores ≥ score) / (n + 1). Small is odd. */
  readonly pValue?: number;
}
