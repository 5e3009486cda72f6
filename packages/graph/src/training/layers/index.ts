/** Layers of networks, the start values of their weights, and how a trained network becomes a plain graph. */
export { batchNorm, type BatchNormOptions } from './batch-norm.ts';
export {
  convLayer,
  convTransposeLayer,
  depthwiseConvLayer,
  type ConvLayerOptions,
  type DepthwiseConvOptions,
} from './convolution.ts';
export { foldBatchNorm } from './fold-batch-norm.ts';
export {
  named,
  residual,
  sequential,
  type Layer,
  type Running,
  type StartRange,
  type Weights,
} from './layer.ts';
export { linear, type LinearOptions } from './linear.ts';
export { glorot, he, type Fans, type StartSpread } from './start-spread.ts';
export {
  trainableWeights,
  trainedWeights,
  type TrainableWeights,
  type TrainableWeightsOptions,
} from './weights.ts';
