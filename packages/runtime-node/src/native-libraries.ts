/**
 * Looks for the libraries that a device needs before the engine does: the engine prints errors of its own to the
 * console when it misses one, which would greet every user of a machine without a GPU.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What is missing for a provider, and how to get it; `undefined` where nothing is known to be missing. */
export function missingLibrary(provider: string): { reason: string; fix: string } | undefined {
  if (process.platform !== 'linux') return undefined;
  if (provider === 'cuda' && !existsSync(join(engineFolder(), 'libonnxruntime_providers_cuda.so'))) {
    return {
      reason: 'the CUDA libraries of onnxruntime-node are not installed',
      fix: 'Install CUDA 12 with cuDNN 9 and run the install script of onnxruntime-node (pnpm rebuild onnxruntime-node).',
    };
  }
  if (
    provider === 'webgpu' &&
    !libraryFolders().some((folder) => existsSync(join(folder, 'libvulkan.so.1')))
  ) {
    return {
      reason: 'there is no Vulkan loader (libvulkan.so.1)',
      fix: 'Install it with a driver for the GPU (Debian: libvulkan1 mesa-vulkan-drivers), or name its folder in LD_LIBRARY_PATH.',
    };
  }
  return undefined;
}

/** Where onnxruntime-node keeps its native files. */
function engineFolder(): string {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  return join(dirname(entry), '..', 'bin', 'napi-v6', process.platform, process.arch);
}

function libraryFolders(): string[] {
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const named = (process.env['LD_LIBRARY_PATH'] ?? '').split(':').filter(Boolean);
  return [
    ...named,
    `/usr/lib/${triplet}`,
    `/lib/${triplet}`,
    '/usr/lib64',
    '/usr/lib',
    '/usr/local/lib',
    '/lib64',
  ];
}
