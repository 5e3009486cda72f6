/** The contract, and the model file: read, write, run, threshold. What an inference program needs. */
export * from '@oddpixel/contract';
export { chooseThresholds, pValue, type CalibrationOptions } from './model/calibration.ts';
export { loadModel, type LoadedModel } from './model/load.ts';
export { manifestKey } from './model/manifest-schema.ts';
export {
  isTrained,
  readModel,
  verifyModel,
  withManifest,
  writeModel,
  type AnomalyModel,
} from './model/model.ts';
export { regionArea, regionComponents, regionFromMap, regionToMask } from './model/region.ts';
export { resultJsonSchema, resultToJson } from './model/result-json.ts';
export {
  applyThresholds,
  calibratedValue,
  computeThresholds,
  type LabelledScore,
  type ThresholdCandidates,
} from './model/thresholds.ts';
