/**
 * Looks for the libraries that a device needs before the engine does: the engine prints errors of its own to the
 * console when it misses one, which would greet every user of a machine without a GPU.
 */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What is missing for a provider, and how to get it; `undefined` if nothing is known to be missing. */
export function missingLibrary(provider: string): { reason: string; fix: string } | undefined {
  if (!isLinuxX64) return undefined;
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
  if (provider === 'webgpu' && !hasGpu() && !hasVulkanDriver()) {
    return {
      reason: 'there is neither a GPU (no device that may be used in /dev) nor a Vulkan driver',
      fix: 'Install a driver for the GPU (Debian: mesa-vulkan-drivers), or use another device.',
    };
  }
  return undefined;
}

/** Whether opening a provider is likely to fail in native code, which then prints to the console. */
export function mayBeNoisy(provider: string): boolean {
  if (!isLinuxX64) return false;
  if (provider === 'cuda') return !hasGpu();
  // A driver without a GPU computes in software; a GPU without a driver does not compute.
  return provider === 'webgpu' && !(hasGpu() && hasVulkanDriver());
}

/** The build of the engine that has both CUDA and WebGPU. */
const isLinuxX64 = process.platform === 'linux' && process.arch === 'x64';

/** A device file of a GPU that this user may use: of the kernel's drivers, NVIDIA's, or Windows' below Linux. */
function hasGpu(): boolean {
  const rendering = entriesOf('/dev/dri').filter((name) => name.startsWith('renderD'));
  return [...rendering.map((name) => `/dev/dri/${name}`), '/dev/nvidia0', '/dev/dxg'].some((path) => {
    try {
      accessSync(path, constants.R_OK | constants.W_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether a manifest of a driver lies where the Vulkan loader looks for them (its LoaderDriverInterface.md). */
function hasVulkanDriver(): boolean {
  const {
    HOME = '',
    VK_DRIVER_FILES,
    VK_ICD_FILENAMES,
    VK_ADD_DRIVER_FILES,
    XDG_CONFIG_HOME,
    XDG_CONFIG_DIRS,
    XDG_DATA_HOME,
    XDG_DATA_DIRS,
  } = process.env;
  const isManifest = (path: string): boolean => path.endsWith('.json') && existsSync(path);
  const holds = (path: string): boolean =>
    isManifest(path) || entriesOf(path).some((name) => name.endsWith('.json'));
  const named = VK_DRIVER_FILES || VK_ICD_FILENAMES;
  if (named) return named.split(':').some(holds);
  const roots = [
    XDG_CONFIG_HOME || join(HOME, '.config'),
    ...(XDG_CONFIG_DIRS || '/etc/xdg').split(':'),
    '/etc',
    '/usr/local/etc',
    XDG_DATA_HOME || join(HOME, '.local/share'),
    ...(XDG_DATA_DIRS || '/usr/local/share:/usr/share').split(':'),
  ];
  const added = (VK_ADD_DRIVER_FILES ?? '').split(':');
  return [...added, ...roots.map((root) => join(root, 'vulkan/icd.d'))].some(holds);
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
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
