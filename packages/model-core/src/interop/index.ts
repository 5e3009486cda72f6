/** Models for others and from others: standalone files out, foreign ONNX files in. */
export { exportStandalone, type StandaloneOptions } from './export-standalone.ts';
export { externalInputSize, importExternalModel, type ImportExternalOptions } from './import-external.ts';
