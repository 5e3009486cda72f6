/** What a report shows. Pictures come as data URIs, since encoding images is a host's work. */
import type { ImageLabel, ModelManifest } from '@oddpixel/contract';
import type { Evaluation } from '../evaluation.ts';

/** One image of the gallery. */
export interface GalleryItem {
  readonly imageId: number;
  readonly fileName: string;
  readonly label: ImageLabel;
  readonly defect?: string | undefined;
  readonly score: number;
  /** By the model's threshold; absent without one. */
  readonly verdict?: ImageLabel | undefined;
  readonly pValue?: number | undefined;
  /** Width and height of the pictures in pixels. */
  readonly width: number;
  readonly height: number;
  /** `data:` URIs. */
  readonly image: string;
  readonly groundTruth?: string | undefined;
  readonly map: string;
  readonly overlay: string;
}

export interface ReportData {
  readonly title: string;
  readonly modelName: string;
  readonly datasetName: string;
  readonly manifest: ModelManifest;
  readonly evaluation: Evaluation;
  readonly gallery: readonly GalleryItem[];
  /** Images that were left out because the model was trained on them. */
  readonly excluded: readonly string[];
  readonly warnings?: readonly string[];
}
