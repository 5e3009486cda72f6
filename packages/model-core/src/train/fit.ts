/** What all heads have in common when they are fitted. */
import type { Backend, Calibration } from '../contract/index.ts';
import type { FeatureTransform } from './pyramid.ts';
import type { TrainParams } from './train-params.ts';
import type { Head } from './trained-model.ts';
import type { ImageIdentity } from './training-sample.ts';

/** What training is doing. */
export type TrainPhase = 'components' | 'features' | 'coreset' | 'calibration';

export interface TrainProgress {
  readonly phase: TrainPhase;
  /** Images, or rows of the bank in phase `coreset`. */
  readonly done: number;
  readonly total: number;
}

/** What fitting a head gives, whatever the head. */
export interface FittedHeadResult {
  readonly transform: FeatureTransform;
  readonly head: Head;
  readonly featureDims: number;
  /** Figures for the training record. */
  readonly figures: Readonly<Record<string, number>>;
  readonly images: readonly ImageIdentity[];
  /** From the training images themselves; absent where a validation split calibrates, or too few images are there. */
  readonly calibration?: Calibration;
}

/** What fitting a head takes. */
export interface FitOptions {
  readonly params: TrainParams;
  readonly backend: Backend;
  /** False where a validation split calibrates. */
  readonly selfCalibrate: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress: (progress: TrainProgress) => void;
}
