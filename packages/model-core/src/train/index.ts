/** Training: initial models, feature pyramid, heads, calibration. */
export { addToModel, type AddedToModel, type AddToModelOptions } from './add-to-model.ts';
export { calibrateModel, type CalibrateModelOptions } from './calibrate-model.ts';
export type { ExtractorInput } from './extractor-input.ts';
export { createInitialModel, type InitialModelOptions } from './initial-model.ts';

export { productVersion } from './product-version.ts';
export type { TrainPhase, TrainProgress } from './fit.ts';
export { trainModel, type TrainModelOptions, type TrainResult } from './train-model.ts';
export { createTrainParams, type TrainParams } from './train-params.ts';
export {
  samplesInMemory,
  withCopies,
  type AugmentationRecord,
  type Copying,
  type ImageIdentity,
  type TrainingSample,
  type TrainingSamples,
} from './training-sample.ts';
