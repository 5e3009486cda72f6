/** Training steps as graphs: optimizers, learning rates, and the session that runs them. */
export { adam, adamW, type AdamOptions } from './adam.ts';
export {
  constantRate,
  cosineRate,
  warmUp,
  type CosineRateOptions,
  type LearningRate,
} from './learning-rate.ts';
export {
  decayMatrices,
  type Optimizer,
  type ParameterUpdate,
  type UpdatedParameter,
  type WeightDecay,
} from './optimizer.ts';
export { sgd, type SgdOptions } from './sgd.ts';
export {
  openTrainingSession,
  type TrainingSession,
  type TrainingSessionOptions,
  type TrainingState,
} from './training-session.ts';
export {
  buildTrainingStep,
  type StateMember,
  type StateTensor,
  type TrainingStep,
  type TrainingStepOptions,
} from './training-step.ts';
