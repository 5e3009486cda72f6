/**
 * The plainest backend for tests of packages below every runtime: ONNX Runtime on the CPU, nothing kept
 * on a device, no queue of its own. The real one, with all that the contract requires, is in `@oddpixel/runtime-node`.
 */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import {
  hostTensor,
  isHostTensor,
  type Backend,
  type DType,
  type HostTensor,
  type ValueInfo,
} from '@oddpixel/contract';

// Read when the first session is made.
process.env['ORT_DISABLE_TELEMETRY'] = '1';

/** @param overrides replaced capabilities, for example a small `maxBufferBytes`. */
export function ortBackend(overrides: Partial<Backend['capabilities']> = {}): Backend {
  return {
    name: 'test:ort',
    capabilities: {
      keepOnDevice: false,
      deterministic: true,
      float16: false,
      threads: 2,
      maxBufferBytes: 2 ** 31,
      dtypes: ['float32', 'int64', 'uint8', 'bool'],
      ...overrides,
    },
    async createSession(model) {
      const session = await InferenceSession.create(model, { intraOpNumThreads: 2, logSeverityLevel: 3 });
      return {
        inputs: session.inputMetadata.flatMap(toValueInfo),
        outputs: session.outputMetadata.flatMap(toValueInfo),
        async run(feeds, options) {
          const given = Object.fromEntries(
            Object.entries(feeds).map(([name, tensor]) => {
              if (!isHostTensor(tensor)) throw new TypeError('host tensors only');
              return [
                name,
                new OrtTensor(tensor.dtype as 'float32', tensor.data as Float32Array, tensor.dims),
              ];
            }),
          );
          const names = options?.outputs;
          const outputs = await (names === undefined ? session.run(given) : session.run(given, [...names]));
          return Object.fromEntries(
            Object.entries(outputs).map(([name, tensor]): [string, HostTensor] => [
              name,
              hostTensor(tensor.type as 'float32', tensor.dims, tensor.data as Float32Array),
            ]),
          );
        },
        dispose: () => session.release(),
      };
    },
    dispose: () => Promise.resolve(),
  };
}

function toValueInfo(info: InferenceSession.ValueMetadata): ValueInfo[] {
  return info.isTensor ? [{ name: info.name, dtype: info.type as DType, dims: [...info.shape] }] : [];
}
