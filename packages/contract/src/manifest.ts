/**
 * The manifest: everything about a model that is not the graph, as JSON in the ONNX file's
 * `metadata_props["oddpixel"]`. It holds no time, host or path, so equal training gives equal bytes.
 */
import type { GrayRange, ImageDepth } from './image-form.ts';
import type { scoreParameters } from './parameters.ts';
import type { PreprocessParams } from './preprocess.ts';

/** `external`: a foreign ONNX file that yields a map and a score. */
export type ModelType = 'anomaly' | 'external';
/** Parameters of a head by documented name. */
export type HeadParameters = Readonly<Record<string, number | string | boolean>>;

/** How the image score comes out of the map: `max` or `meanDeviation`. */
export type ScoreMethod = (typeof scoreParameters)['scoreMethod']['choices'][number];

/** What a threshold promises. */
export type StatementKind = 'guaranteed' | 'expected' | 'estimated';

/** Where reference scores came from. */
export type ReferenceSource = 'validation' | 'leaveOwnRowsOut' | 'leaveOwnSumsOut' | 'kFolds' | 'test';

/** A threshold's claim about false alarms on good images. */
export interface ThresholdStatement {
  readonly kind: StatementKind;
  /** Rate of good images that are called `nok`, 0..1: the bound, expectation or estimate. */
  readonly falseAlarmRate: number;
  /** The rate that was asked for. Larger rates in `falseAlarmRate` mean: too few images to promise it. */
  readonly requestedRate: number;
  /** For `guaranteed`: the confidence of the bound, 0..1. */
  readonly confidence?: number;
  /** How many reference scores it stands on. */
  readonly referenceCount: number;
  readonly source: ReferenceSource;
}

export interface Thresholds {
  /** A score at or above it is `nok`. */
  readonly classification: number;
  /** A map pixel at or above it belongs to the anomalous region. */
  readonly segmentation: number;
  /** How `classification` was chosen: by calibration, one of HALCON's rules, by F1, or by hand. */
  readonly classificationMethod: 'falseAlarmRate' | 'maxOk' | 'minNok' | 'intermediate' | 'f1Max' | 'manual';
  readonly segmentationMethod: 'meanPlusDeviations' | 'f1Max' | 'manual';
  /** Present with `falseAlarmRate`. */
  readonly statement?: ThresholdStatement | undefined;
}

export interface Calibration {
  readonly source: ReferenceSource;
  /** Raw scores of good images that did not shape the score, ascending. */
  readonly referenceScores: readonly number[];
  /** Mean and standard deviation of the reference maps' pixels. */
  readonly pixelMean: number;
  readonly pixelDeviation: number;
  /** True after images were added to the model without calibrating again; thresholds then err to fewer alarms. */
  readonly stale?: boolean | undefined;
}

/** One epoch of a trained head; heads that are fitted in one pass have none. */
export interface EpochRecord {
  readonly epoch: number;
  readonly error: number;
}

export interface TrainingRecord {
  readonly seed: number;
  /** Every training parameter, by its documented name. */
  readonly parameters: Readonly<Record<string, number | string | boolean>>;
  readonly history: readonly EpochRecord[];
  /** First 16 hex digits of the SHA-256 of each training and calibration image's file bytes, ascending. */
  readonly imageHashes: readonly string[];
  readonly imageCount: number;
  /** Figures of the fit, by documented name, for example `patchesSeen`, `patchesKept`, `coverageRadius`. */
  readonly figures: Readonly<Record<string, number>>;
  /** Augmented copies that were trained on beside the images: `copies` of each, and the augmentation parameters, by documented name. */
  readonly augmentation?: Readonly<Record<string, number | string | boolean>> | undefined;
  /** What the images were before preprocessing. Absent if it was not recorded. */
  readonly images?: TrainingImages;
}

/** The forms that occurred, of training and calibration images together. */
export interface TrainingImages {
  /** Ascending. */
  readonly depths: readonly ImageDepth[];
  /** `gray`, `RGB`, …, ascending. */
  readonly channels: readonly string[];
  /** Smallest and largest, in pixels. */
  readonly width: readonly [min: number, max: number];
  readonly height: readonly [min: number, max: number];
  /** Gray values in use; absent if only 8-bit images were used. */
  readonly grayRange?: GrayRange | undefined;
}

export interface BackboneRecord {
  /** Name of a backbone of ours, or the file's base name. */
  readonly id: string;
  /** SHA-256 of the backbone's file, hex. */
  readonly sha256: string;
  /** Values of the backbone that feed the pyramid. */
  readonly outputs: readonly string[];
}

export interface HeadRecord {
  /** Name of the head, for example `memory`. A model of a head that is not known here runs too: its graph is all it needs. */
  readonly type: string;
  /** Parameters of the head, by documented name. */
  readonly parameters: HeadParameters;
  /** Grid that patches lie on. */
  readonly gridWidth: number;
  readonly gridHeight: number;
  /** Feature dimensions per patch. */
  readonly featureDims: number;
}

export interface ModelManifest {
  /** Version of this structure. */
  readonly version: 1;
  readonly modelType: ModelType;
  readonly productVersion: string;
  readonly classNames: readonly ['ok', 'nok'];
  readonly classIds: readonly [0, 1];
  readonly preprocessing: PreprocessParams;
  readonly scoreMethod: ScoreMethod;
  /** Factor of `meanDeviation`. */
  readonly standardDeviationFactor: number;
  /** Absent for external models. */
  readonly backbone?: BackboneRecord | undefined;
  /** Absent until trained, and for external models. */
  readonly head?: HeadRecord | undefined;
  readonly training?: TrainingRecord | undefined;
  readonly calibration?: Calibration | undefined;
  readonly thresholds?: Thresholds | undefined;
  /** For external models: which outputs of the graph hold the map and the score. */
  readonly external?: { readonly input: string; readonly map: string; readonly score?: string | undefined };
}
