/** What all heads have in common when they are fitted. */
import type { Backend, Calibration, Store } from '@oddpixel/contract';
import type { RunEpochsResult } from '@oddpixel/graph/training';
import type { PassOptions } from './feature-pass.ts';
import type { FeatureTransform } from './pyramid.ts';
import type { TrainParams } from './train-params.ts';
import type { Head } from './trained-model.ts';
import type { ImageGrouper } from './image-groups.ts';

/** What training is doing. */
export type TrainPhase = 'components' | 'features' | 'coreset' | 'epochs' | 'calibration';

export interface TrainProgress {
  readonly phase: TrainPhase;
  /** Images, while features are computed with their augmented copies; in phase `coreset` rows of the bank, in phase `epochs` epochs. */
  readonly done: number;
  readonly total: number;
  /** In phase `epochs`: the error after the epoch. */
  readonly error?: number;
}

/** What fitting a head gives, whatever the head. */
export interface FittedHeadResult {
  readonly transform: FeatureTransform;
  readonly head: Head;
  readonly featureDims: number;
  /** Figures for the training record. */
  readonly figures: Readonly<Record<string, number>>;
  /** Has been given all samples, in the order of the stream. */
  readonly grouper: ImageGrouper;
  /** From the training images themselves; absent where a validation split calibrates, or too few images are there. */
  readonly calibration?: Calibration | undefined;
  /** Of heads that are trained by epochs. */
  readonly epochs?: Pick<RunEpochsResult, 'history' | 'bestEpoch' | 'bestError'>;
}

/** What fitting a head takes. */
export interface FitOptions {
  readonly params: TrainParams;
  readonly backend: Backend;
  /** False where a validation split calibrates. */
  readonly selfCalibrate: boolean;
  /** Where features are kept between trainings. */
  readonly featureStore?: Store | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of a checkpoint to go on from. */
  readonly resume?: Uint8Array | undefined;
  readonly onCheckpoint?: ((bytes: Uint8Array) => void | Promise<void>) | undefined;
  readonly checkpointEvery?: number | undefined;
  readonly onProgress: (progress: TrainProgress) => void;
}

/** A pass of the extractor as fitting does it. */
export function passOptions({ params, backend, signal, featureStore, onWarning }: FitOptions): PassOptions {
  return {
    backend,
    batchSize: params.batchSize,
    signal,
    featureStore,
    onWarning,
  };
}
