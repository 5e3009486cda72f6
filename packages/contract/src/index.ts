/** The contract between the rooms. Read these short files first. */
export type {
  Backend,
  BackendCapabilities,
  BackendFactory,
  RunOptions,
  Session,
  SessionOptions,
  ValueInfo,
} from './backend.ts';
export { bestEffortStore, type BestEffortStore } from './best-effort-store.ts';
export { checkFeeds, checkOutputs, type FeedOwner } from './check-feeds.ts';
export type { Dataset, FileCounts, ImageLabel, ImageLabelId, Sample, Split } from './dataset.ts';
export {
  BackendError,
  BackendUnavailableError,
  DatasetError,
  DisposedError,
  FileError,
  ForeignTensorError,
  ImageFormatError,
  LimitExceededError,
  ModelFormatError,
  ModelStateError,
  OddpixelError,
  ParameterError,
  ResultError,
  TensorMismatchError,
  TrainingDivergedError,
  UnknownNameError,
  UnsupportedOperatorError,
  UnsupportedOpsetError,
  type ErrorDetails,
  type Mismatch,
} from './errors.ts';
export type { FileEntry, FileSource, ReadOptions, Store } from './files.ts';
export {
  defaultImageLimits,
  type DecodeOptions,
  type ImageCodec,
  type ImageFormat,
  type ImageLimits,
  type Raster,
} from './image.ts';
export type { GrayRange, ImageDepth, ImageForm } from './image-form.ts';
export type {
  BackboneRecord,
  Calibration,
  EpochRecord,
  HeadParameters,
  HeadRecord,
  ModelManifest,
  ModelType,
  ReferenceSource,
  ScoreMethod,
  StatementKind,
  ThresholdStatement,
  Thresholds,
  TrainingImages,
  TrainingRecord,
} from './manifest.ts';
export type {
  Choice,
  ChoiceParameter,
  Described,
  NumberParameter,
  NumberRange,
  NumbersParameter,
  NumbersRange,
  OptionalNumberParameter,
  OptionalParameter,
  Parameter,
  ParameterOptions,
  ParameterRange,
  ParameterSchema,
  ParameterValues,
  Switch,
  SwitchParameter,
} from './parameter-schema.ts';
export {
  backendParameters,
  checkParameter,
  fillParameters,
  scoreParameters,
  sharedParameters,
  thresholdParameters,
} from './parameters.ts';
export { optionalPreprocessParameters, preprocessParameters } from './preprocess-parameters.ts';
export type {
  Box,
  DomainHandling,
  ImageGeometry,
  NormalizationType,
  PreprocessParams,
  PreprocessSchema,
  PreprocessedSample,
  SourceForm,
} from './preprocess.ts';
export { createRandom, type Random } from './random.ts';
export type { Region } from './region.ts';
export { describeRemark, mergeRemarks, type FileRemark, type Remark } from './remark.ts';
export type { AnomalyImage, RegionComponent, Result, ResultJson } from './result.ts';
export { createRunQueue, type RunQueue, type RunQueueOptions } from './run-queue.ts';
export { selectBackend, type BackendSelection } from './select-backend.ts';
export {
  hostTensor,
  isHostTensor,
  type DType,
  type DTypeArrays,
  type DeviceTensor,
  type HostTensor,
  type Tensor,
} from './tensor.ts';
export { hashBytes } from './hash.ts';
export { describeRange } from './parameter-words.ts';
export { runsInFlight } from './runs-in-flight.ts';
