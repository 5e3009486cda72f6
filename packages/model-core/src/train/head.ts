/**
 * A head: the part of a model that learns from the features of good images. It is a value passed to training, as a
 * backend is; training knows none by name. `heads/` holds ours; `examples/custom-head` shows how to write another.
 */
import type { Backend, Calibration, HeadParameters, Store } from '@oddpixel/contract';
import type { GraphBuilder, Value } from '@oddpixel/graph';
import type { RunEpochsResult } from '@oddpixel/graph/training';
import type { Backbone } from './feature-pass.ts';
import type { TrainParamValues } from './train-parameters.ts';
import type { ImageGrouper } from './image-groups.ts';
import type { FeatureTransform } from './pyramid.ts';
import type { TrainingSamples } from './training-sample.ts';

export interface Head {
  /** Its name, kept in the model file, for example `memory`. */
  readonly type: string;
  /** Its parameters by documented name, kept in the model file. */
  readonly parameters: HeadParameters;
  /**
   * Features to reduce to if the backbone has more and `featureDims` is 0. Default: 256 if it has more than 512,
   * else all.
   */
  readonly maxFeatureDims?: number | undefined;
  /** True if every image shapes the head, so that only held-out images can calibrate thresholds. Default false. */
  readonly needsValidation?: boolean | undefined;
  /**
   * Learns from the samples, in any number of passes over them.
   *
   * @throws the signal's reason, and errors of its own for parameters that do not fit the images
   */
  readonly fit: (backbone: Backbone, samples: TrainingSamples, options: FitOptions) => Promise<FittedHead>;
}

/** What fitting a head gives. */
export interface FittedHead {
  /** How the backbone's levels become patches, for example as `collectPatches` found it. */
  readonly transform: FeatureTransform;
  /** Adds the head's formula to the model's graph. */
  readonly distance: PatchDistance;
  /** Features of a patch. */
  readonly featureDims: number;
  /** Figures for the training record. */
  readonly figures: Readonly<Record<string, number>>;
  /** Has received all samples, in the order of the stream. */
  readonly grouper: ImageGrouper;
  /** From the training images themselves; absent if a validation split calibrates, or too few images are there. */
  readonly calibration?: Calibration | undefined;
  /** Of heads that are trained by epochs. */
  readonly epochs?: Pick<RunEpochsResult, 'history' | 'bestEpoch' | 'bestError'>;
}

/** Patches `[N, P, D]` → how anomalous each is, from 0: `[N, P]`. */
export type PatchDistance = (g: GraphBuilder, patches: Value) => Value;

/** Training parameters and the head that they are for. */
export interface TrainParams extends TrainParamValues {
  readonly head: Head;
}

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

/** What fitting a head takes. */
export interface FitOptions {
  /** Those that every head has. */
  readonly params: TrainParams;
  readonly backend: Backend;
  /** False if a validation split calibrates. */
  readonly selfCalibrate: boolean;
  /** Where features are kept between runs of training. */
  readonly featureStore?: Store | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of a checkpoint to resume from. */
  readonly resume?: Uint8Array | undefined;
  readonly onCheckpoint?: ((bytes: Uint8Array) => void | Promise<void>) | undefined;
  readonly checkpointEvery?: number | undefined;
  readonly onProgress: (progress: TrainProgress) => void;
}
