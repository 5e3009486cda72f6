/** Opening one kind of device: what it needs is looked for, then it has to compute something. */
import { tmpdir } from 'node:os';
import { ortBackend } from '@oddpixel/runtime-ort';
import { proveThatItComputes, reasonOf } from '@oddpixel/runtime-ort/unstable';
import { BackendUnavailableError, type Backend } from '@oddpixel/contract';
import type { DeviceDescription } from './device-description.ts';
import { loadEngine } from './engine.ts';
import { missingLibrary, mayBeNoisy } from './native-libraries.ts';
import { probeInChild } from './probe-in-child.ts';

/** @throws BackendUnavailableError when the device cannot be used here. */
export async function openDevice(device: DeviceDescription, signal?: AbortSignal): Promise<Backend> {
  signal?.throwIfAborted();
  const provider = providerName(device);
  const missing = missingLibrary(provider);
  if (missing !== undefined) throw new BackendUnavailableError({ backend: device.name, ...missing });
  if (mayBeNoisy(provider)) await probeInChild(device, signal);
  return openHere(device, signal);
}

/** In this process, whatever native code prints. @throws BackendUnavailableError */
export async function openHere(device: DeviceDescription, signal?: AbortSignal): Promise<Backend> {
  const provider = providerName(device);
  const engine = await loadEngine(device.name);
  const builtIn = engine.listSupportedBackends().map(({ name }) => name);
  if (!builtIn.includes(provider)) {
    throw new BackendUnavailableError({
      backend: device.name,
      reason: `this build of onnxruntime-node (${process.platform} ${process.arch}) has no ${provider} support`,
      fix: `Here it has: ${builtIn.join(', ')}.`,
    });
  }
  const backend = ortBackend({ ...device, engine });
  const restore = quietDisplays(provider);
  try {
    await proveThatItComputes(backend);
    signal?.throwIfAborted();
  } catch (cause) {
    await backend.dispose();
    if (signal?.aborted === true) throw signal.reason;
    throw new BackendUnavailableError(
      { backend: device.name, reason: reasonOf(cause), fix: fixes[provider] },
      { cause },
    );
  } finally {
    restore();
  }
  return backend;
}

/**
 * A Vulkan driver looks for a display, and without the folder where one would be it prints an error for each time that
 * it looked. Any folder will do; returned is what puts the environment back.
 */
function quietDisplays(provider: string): () => void {
  if (process.platform !== 'linux' || provider !== 'webgpu' || process.env['XDG_RUNTIME_DIR'])
    return () => {};
  process.env['XDG_RUNTIME_DIR'] = tmpdir();
  return () => delete process.env['XDG_RUNTIME_DIR'];
}

const fixes: Readonly<Record<string, string>> = {
  cuda: 'Install a driver for the GPU, CUDA 12 and cuDNN 9.',
  webgpu: 'Install a Vulkan driver (Linux) or update the graphics driver, or use another device.',
};

function providerName({ provider }: DeviceDescription): string {
  return typeof provider === 'string' ? provider : provider.name;
}
