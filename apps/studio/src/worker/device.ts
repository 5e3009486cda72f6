/** The device that everything is computed on: the visitor's GPU, else the CPU. The page always shows which. */
import { selectBackend, type Backend } from '@oddpixel/contract';
import { wasm, webgpu } from '@oddpixel/runtime-web';
import type { DeviceChoice, Notice, OpenedDevice } from '../protocol.ts';

export interface DeviceInUse {
  readonly backend: Backend;
  readonly opened: OpenedDevice;
}

/** @throws BackendUnavailableError if the chosen device, or any device, is unavailable */
export async function openDevice(
  choice: DeviceChoice,
  onNotice: (notice: Notice) => void,
): Promise<DeviceInUse> {
  const gpu = webgpu({ onDeviceLost: (reason) => onNotice({ about: 'deviceLost', reason }) });
  const cpu = wasm();
  const emulated = choice === 'auto' && (await isEmulated());
  const wanted = choice === 'webgpu' ? [gpu] : choice === 'wasm' || emulated ? [cpu] : [gpu, cpu];
  const { backend, rejected } = await selectBackend(wanted);
  const device = backend.name.endsWith('webgpu') ? 'webgpu' : 'wasm';
  const reason = emulated
    ? 'this browser only imitates a graphics device on the CPU, which is slower than the CPU itself'
    : rejected[0]?.error.details.reason;
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
  return {
    backend,
    opened: {
      device,
      threads: backend.capabilities.threads,
      loaded,
      reason,
    },
  };
}

interface Gpu {
  requestAdapter(): Promise<{ readonly info?: { readonly isFallbackAdapter?: boolean } } | null>;
}

/** Software that pretends to be a GPU is hundreds of times slower than WebAssembly. */
async function isEmulated(): Promise<boolean> {
  const gpu = Reflect.get(navigator, 'gpu') as Gpu | undefined;
  const adapter = await gpu?.requestAdapter().catch(() => null);
  return adapter?.info?.isFallbackAdapter === true;
}
