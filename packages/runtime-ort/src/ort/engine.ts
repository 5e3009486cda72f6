/** What an ONNX Runtime package for JavaScript gives: `onnxruntime-node`, `onnxruntime-web/webgpu`, and others alike. */
import type {
  InferenceSession,
  InferenceSessionFactory,
  Tensor,
  TensorConstructor,
} from 'onnxruntime-common';

/**
 * The package itself: `import * as engine from 'onnxruntime-node'`. Passed in, since two copies of the engine in one
 * process are two engines, and their tensors two classes.
 */
export interface OrtEngine {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
}

export type OrtSession = InferenceSession;
export type OrtSessionOptions = InferenceSession.SessionOptions;
export type OrtProvider = InferenceSession.ExecutionProviderConfig;
export type OrtTensor = Tensor;
export type OrtValueMetadata = InferenceSession.ValueMetadata;
