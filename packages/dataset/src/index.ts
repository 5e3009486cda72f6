/** Anomaly data sets: reading layouts, splitting, checking, loading, saving. */
export { checkSamples, type CheckSamplesOptions } from './check/check-samples.ts';
export type { CheckedImage, DatasetProblem, DatasetProblemKind } from './check/problem.ts';
export { anomalyPaths, findSamples, imagePath, type SampleQuery } from './dataset.ts';
export { parseGroups, type GroupBy } from './groups.ts';
export type { DatasetLayout } from './layouts/layout.ts';
export { memoryFileSource } from './memory-source.ts';
export { readAnomalyDataset, type ReadDatasetOptions } from './read-dataset.ts';
export {
  createSamples,
  readSamples,
  type CreateSamplesOptions,
  type LoadedSample,
  type ReadSamplesOptions,
  type SampleSequence,
  type StoredSample,
} from './samples.ts';
export { loadDataset, saveDataset } from './save.ts';
export { carveParameters, splitParameters } from './split-parameters.ts';
export { carveValidation, splitDataset, type CarveOptions, type SplitOptions } from './split.ts';
