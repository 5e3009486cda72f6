/** What an evaluation takes and what it says: plain data, so that it can be saved, compared and drawn. */
import type { AnomalyImage, ImageLabel, Thresholds } from '@oddpixel/contract';

/** One scored image with what is known of it. */
export interface EvaluatedImage {
  readonly imageId: number;
  readonly fileName?: string;
  readonly label: ImageLabel;
  readonly defect?: string | undefined;
  /** Raw score: higher is more anomalous. */
  readonly score: number;
  /** Raw map. Needed for pixel measures. */
  readonly map?: AnomalyImage;
  /** Ground truth at the map's size, row-major, 1 where anomalous. All 0 for a good image. Absent: unknown. */
  readonly mask?: Uint8Array | undefined;
  /** Regions of the ground truth that vanished when it was brought to the map's size. Default 0. */
  readonly vanishedRegions?: number;
}

/** Groups of measures that can be left out. */
export type MeasureGroup = 'image' | 'pixel';

export interface EvaluationParams {
  /** Default: both. */
  readonly measures: readonly MeasureGroup[];
  /** Classification thresholds to tabulate besides the model's and the rules'. Default none. */
  readonly thresholds: readonly number[];
  /** The model's own thresholds; absent for a model without. */
  readonly modelThresholds?: Thresholds | undefined;
  /** Bins of the score histogram. Default 40. */
  readonly histogramBins: number;
  /** Resamplings for intervals of image measures; 0 for none. Default 1,000. */
  readonly bootstrapSamples: number;
  /** Confidence of the intervals, 0..1. Default 0.95. */
  readonly confidence: number;
  /** Seed of the resampling. Default 0. */
  readonly seed: number;
}

/** `[low, high]`. */
export type Interval = readonly [number, number];

/** Ranking measures of image scores; `null` if a class is missing. */
export interface ImageMeasures {
  /** Area under the ROC curve, 0..1: a random defective image scores above a random good one. */
  readonly auroc: number | null;
  /** Average precision, 0..1. */
  readonly ap: number | null;
  /** Highest F1 over all thresholds, 0..1, and where it is reached. */
  readonly f1Max: number | null;
  readonly f1MaxThreshold: number | null;
  /** Percentile bootstrap over images, stratified by class; `null` if not computed. */
  readonly intervals: {
    readonly auroc: Interval | null;
    readonly ap: Interval | null;
    readonly f1Max: Interval | null;
  };
}

/** Ranking measures of map pixels at model size, over all images with a known mask. */
export interface PixelMeasures {
  readonly auroc: number | null;
  readonly ap: number | null;
  readonly f1Max: number | null;
  readonly f1MaxThreshold: number | null;
  /** Area under the per-region-overlap curve up to false-positive rate 0.3, divided by 0.3 (Bergmann et al. 2019). */
  readonly aupro30: number | null;
  /** The same up to 0.05. */
  readonly aupro5: number | null;
  /** Images with a mask. */
  readonly images: number;
  /** Pixels counted. */
  readonly pixels: number;
  /** Ground-truth regions at model size, 8-connected. */
  readonly regions: number;
  /** Regions that vanished when masks were brought to model size: invisible to every pixel measure. */
  readonly vanishedRegions: number;
}

/** Counts of verdicts; `nok` is the positive class. */
export interface ConfusionMatrix {
  /** Defective, called `nok`. */
  readonly truePositives: number;
  /** Good, called `nok`: false alarms. */
  readonly falsePositives: number;
  /** Good, called `ok`. */
  readonly trueNegatives: number;
  /** Defective, called `ok`: misses. */
  readonly falseNegatives: number;
}

/** How a threshold was found. `model` is the one in the file. */
export type ThresholdName = 'model' | 'maxOk' | 'minNok' | 'intermediate' | 'f1Max' | 'given';

/** What one classification threshold does to the evaluated images. */
export interface ThresholdRow {
  readonly name: ThresholdName;
  readonly threshold: number;
  readonly confusion: ConfusionMatrix;
  /** The matrix with each true class divided by its number of images, 0..1; `null` for a missing class. */
  readonly relative: {
    readonly truePositives: number | null;
    readonly falsePositives: number | null;
    readonly trueNegatives: number | null;
    readonly falseNegatives: number | null;
  };
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly accuracy: number;
}

/** How one kind of defect fares. */
export interface DefectMeasures {
  readonly defect: string;
  readonly images: number;
  /** These images against all good ones. */
  readonly auroc: number | null;
  /** Share called `nok` by the model's threshold, 0..1; `null` without one. */
  readonly recall: number | null;
  /** Pixels of these images' regions against all good pixels of the same images; `null` without masks. */
  readonly pixelAuroc: number | null;
}

/** Scores counted in bins; `edges` has one more entry than the counts. The last bin includes its upper edge. */
export interface ScoreHistogram {
  readonly edges: readonly number[];
  readonly ok: readonly number[];
  readonly nok: readonly number[];
}

/** A point of a curve: everything with a score ≥ `threshold` counts as `nok`. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  readonly threshold: number;
}

/** One image's score, for galleries and files. */
export interface ScoredImage {
  readonly imageId: number;
  readonly fileName?: string | undefined;
  readonly label: ImageLabel;
  readonly defect?: string | undefined;
  readonly score: number;
}

export interface Evaluation {
  readonly params: EvaluationParams;
  readonly counts: { readonly images: number; readonly ok: number; readonly nok: number };
  /** `null` when left out. */
  readonly image: ImageMeasures | null;
  /** `null` when left out or no image had a map and a mask. */
  readonly pixel: PixelMeasures | null;
  /** The model's threshold first, then the rules', then the given ones. */
  readonly thresholds: readonly ThresholdRow[];
  /** By name, ascending. Images without a kind of defect are under `nok`. */
  readonly perDefect: readonly DefectMeasures[];
  readonly histogram: ScoreHistogram;
  /** False-positive rate (x) against recall (y), from (0, 0) to (1, 1); empty when a class is missing. */
  readonly roc: readonly CurvePoint[];
  /** Recall (x) against precision (y); empty when a class is missing. */
  readonly precisionRecall: readonly CurvePoint[];
  /** In the order they were added. */
  readonly scores: readonly ScoredImage[];
}
