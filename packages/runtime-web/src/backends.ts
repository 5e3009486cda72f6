/** One factory per kind of device. */
import {
  BackendUnavailableError,
  type Backend,
  type BackendCapabilities,
  type BackendFactory,
  type DType,
} from '@oddpixel/contract';
import { ortBackend, recoveringBackend, type MortalBackend } from '@oddpixel/runtime-ort';
import { proveThatItComputes, reasonOf } from '@oddpixel/runtime-ort/unstable';
import { loadEngine, type EngineOptions, type LoadedEngine } from './engine.ts';
import { maxBindingBytes, requestDevice, type GpuDevice, type PowerPreference } from './gpu.ts';

export interface WebGpuOptions extends EngineOptions {
  /** A `GPUDevice` of yours; it stays yours, and nothing is recovered when it is lost. Default: one of our own. */
  readonly device?: GpuDevice;
  /** Which GPU, if there are several. Default: the browser's choice. */
  readonly powerPreference?: PowerPreference;
  /** Called when the browser has taken the device away. The next run asks for another one and continues there. */
  readonly onDeviceLost?: (reason: string) => void;
  /** Refuses models of which the engine would compute any node on the CPU. Default false. */
  readonly strict?: boolean;
}

export type WasmOptions = EngineOptions;

const commonTypes: readonly DType[] = ['float32', 'int32', 'uint32', 'int64', 'uint8', 'bool'];
const gibibyte = 2 ** 30;

/** The visitor's GPU through WebGPU. Outputs may stay on the device. */
export function webgpu(options: WebGpuOptions = {}): BackendFactory {
  const name = 'ort-web:webgpu';
  return {
    name,
    open: (signal) =>
      available(name, signal, async () => {
        const { device, onDeviceLost: onLost } = options;
        if (device !== undefined) return (await openOnDevice(name, device, options)).backend;
        const open = async (): Promise<MortalBackend> => {
          const own = await requestDevice(options.powerPreference);
          const { backend, lost } = await openOnDevice(name, own, options);
          const dispose = (): Promise<void> => backend.dispose().finally(() => own.destroy());
          return { backend: { ...backend, dispose }, lost };
        };
        return recoveringBackend({ open, onLost });
      }),
  };
}

/** The CPU through WebAssembly with SIMD, and with threads if the page is cross-origin isolated. Works everywhere. */
export function wasm(options: WasmOptions = {}): BackendFactory {
  const name = 'ort-web:wasm';
  return {
    name,
    open: (signal) =>
      available(name, signal, async () => {
        const { engine, queue, threads } = await loadEngine('wasm', options);
        return ortBackend({
          engine,
          name,
          queue,
          provider: 'wasm',
          capabilities: capabilities({ deterministic: true, threads, maxBufferBytes: gibibyte }),
        });
      }),
  };
}

async function openOnDevice(name: string, device: GpuDevice, options: WebGpuOptions): Promise<MortalBackend> {
  const { engine, queue }: LoadedEngine = await loadEngine('webgpu', options);
  const lost = device.lost.then(({ reason, message }) => reasonOf(message || reason || 'no reason is given'));
  const backend = ortBackend({
    engine,
    name,
    queue,
    // The engine's own type names a class that only some libraries of types declare.
    provider: { name: 'webgpu', device } as { name: 'webgpu' },
    session: options.strict === true ? { extra: { session: { disable_cpu_ep_fallback: '1' } } } : undefined,
    capabilities: capabilities({ keepOnDevice: true, maxBufferBytes: maxBindingBytes(device) }),
    lost,
  });
  return { backend, lost };
}

function capabilities(
  known: Partial<BackendCapabilities> & Pick<BackendCapabilities, 'maxBufferBytes'>,
): BackendCapabilities {
  return {
    keepOnDevice: false,
    deterministic: false,
    float16: false,
    threads: 1,
    dtypes: commonTypes,
    ...known,
  };
}

/** Opens a backend and lets it prove that it works. @throws BackendUnavailableError */
async function available(
  name: string,
  signal: AbortSignal | undefined,
  open: () => Promise<Backend>,
): Promise<Backend> {
  signal?.throwIfAborted();
  let backend: Backend | undefined;
  try {
    backend = await open();
    await proveThatItComputes(backend);
    signal?.throwIfAborted();
    return backend;
  } catch (cause) {
    await backend?.dispose();
    if (signal?.aborted === true) throw signal.reason;
    throw new BackendUnavailableError({ backend: name, reason: reasonOf(cause) }, { cause });
  }
}
