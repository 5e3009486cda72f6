/** One factory per kind of device. */
import { availableParallelism } from 'node:os';
import {
  type BackendCapabilities,
  type BackendFactory,
  backendParameters,
  checkParameter,
} from '@oddpixel/contract';
import { allDTypes } from '@oddpixel/contract/unstable';
import type { DeviceDescription } from './device-description.ts';
import { openDevice } from './open-device.ts';

export interface CpuOptions {
  /** Threads to use, from 1. Default: one per core. */
  readonly threads?: number;
}

export interface CudaOptions {
  /** Number of the device. Default 0. */
  readonly deviceId?: number;
}

export interface WebGpuOptions {
  /**
   * Refuses models of which the engine would compute any node on the CPU. Default false: shape arithmetic on single
   * integers is legal there, the data path stays on the device.
   */
  readonly strict?: boolean;
}

const gibibyte = 2 ** 30;

/** The CPU, with ONNX Runtime's own kernels. Works everywhere; deterministic. */
export function cpu(options: CpuOptions = {}): BackendFactory {
  const threads = cpuThreads(options.threads);
  return factory({
    name: 'ort-node:cpu',
    provider: { name: 'cpu' },
    session: { intraOpNumThreads: threads, interOpNumThreads: 1 },
    capabilities: capabilities({ deterministic: true, threads, dtypes: allDTypes }),
  });
}

/** Threads to use. @throws ParameterError for a number outside the range of `backendParameters`. */
export function cpuThreads(threads: number = availableParallelism()): number {
  checkParameter('threads', backendParameters.threads, threads);
  return threads;
}

/** The GPU through WebGPU: Linux x64, Windows, macOS arm64. Outputs may stay on the device. */
export function webgpu({ strict = false }: WebGpuOptions = {}): BackendFactory {
  return factory({
    name: 'ort-node:webgpu',
    provider: { name: 'webgpu' },
    session: strict ? { extra: { session: { disable_cpu_ep_fallback: '1' } } } : undefined,
    capabilities: capabilities({
      keepOnDevice: true,
      // The size that every WebGPU device must allow for one binding.
      maxBufferBytes: gibibyte / 8,
      dtypes: ['float32', 'int32', 'uint32', 'int64', 'uint8', 'bool'],
    }),
  });
}

/** NVIDIA GPUs on Linux x64. Needs the engine's CUDA libraries, which its install script downloads. */
export function cuda({ deviceId = 0 }: CudaOptions = {}): BackendFactory {
  return factory({
    name: 'ort-node:cuda',
    provider: { name: 'cuda', deviceId },
    capabilities: capabilities({ float16: true, dtypes: allDTypes }),
  });
}

/** GPUs on Windows through DirectML. */
export function dml(): BackendFactory {
  return factory({
    name: 'ort-node:dml',
    provider: { name: 'dml' },
    capabilities: capabilities({
      float16: true,
      dtypes: ['float32', 'float16', 'int32', 'int64', 'uint8', 'bool'],
    }),
  });
}

/** Apple silicon through Core ML. */
export function coreml(): BackendFactory {
  return factory({
    name: 'ort-node:coreml',
    provider: { name: 'coreml' },
    capabilities: capabilities({ dtypes: ['float32', 'int32', 'int64', 'uint8', 'bool'] }),
  });
}

function capabilities(
  known: Partial<BackendCapabilities> & Pick<BackendCapabilities, 'dtypes'>,
): BackendCapabilities {
  return {
    keepOnDevice: false,
    deterministic: false,
    float16: false,
    threads: 1,
    maxBufferBytes: 2 * gibibyte - 1,
    ...known,
  };
}

function factory(device: DeviceDescription): BackendFactory {
  return { name: device.name, open: (signal) => openDevice(device, signal) };
}
