/** Training: initial models, feature pyramid, heads, calibration. */
export { calibrateModel, type CalibrateModelOptions } from './calibrate-model.ts';
export type { BackboneInput } from './backbone-input.ts';
export { createInitialModel, type InitialModelOptions } from './initial-model.ts';
export { trainModel, type TrainModelOptions, type TrainResult } from './train-model.ts';
export { createTrainParams } from './train-params.ts';
export {
  checkpointParameters,
  trainParameters,
  type TrainParamOptions,
  type TrainParamValues,
} from './train-parameters.ts';
// For heads of your own.
export { collectPatches } from './collect-patches.ts';
export type {
  FitOptions,
  FittedHead,
  Head,
  PatchDistance,
  TrainParams,
  TrainPhase,
  TrainProgress,
} from './head.ts';
export type { Backbone } from './feature-pass.ts';
export type { FeatureTransform, Grid } from './pyramid.ts';
export type { ImageGrouper, ImageGroups } from './image-groups.ts';
export { gatherPatches, type PatchStore } from './patch-store.ts';
export {
  samplesInMemory,
  type AugmentationRecord,
  type ImageIdentity,
  type TrainingSample,
  type TrainingSamples,
} from './training-sample.ts';
