/** The whole job in one call, on any backend and host. */
export { addImages, type AddImagesOptions, type AddedImages, type ImageToAdd } from './add-images.ts';
export { copiesParameter, type Augmentation } from './augmentation.ts';
export {
  evaluateModel,
  type EvaluateModelOptions,
  type EvaluatedSample,
  type ModelEvaluation,
} from './evaluate-model.ts';
export {
  dataUriPictures,
  evaluationReport,
  type EvaluationReport,
  type EvaluationReportOptions,
} from './evaluation-report.ts';
export type { Inspection, InspectionJson } from './inspection.ts';
export {
  createInspector,
  inspectionParameters,
  type InspectionImage,
  type InspectionInput,
  type Inspector,
  type InspectorOptions,
} from './inspector.ts';
export { withManualThresholds, type ManualThresholds } from './manual-thresholds.ts';
export type { ImageAccess } from './prepared-images.ts';
export {
  preprocessDataset,
  type PreprocessDatasetOptions,
  type PreprocessedDataset,
} from './preprocess-dataset.ts';
export { splitForTraining, trainingSplitParameters, type TrainingSplit } from './split-for-training.ts';
export {
  trainFromDataset,
  type TrainFromDatasetOptions,
  type TrainedFromDataset,
} from './train-from-dataset.ts';
