/**
 * Which driver WebGPU found. The engine does not report it in Node, but on Linux the process maps the driver's library:
 * that is what computes. A driver in software (Chromium's SwiftShader, Mesa's llvmpipe) is not a GPU.
 */
import { readFile } from 'node:fs/promises';

export interface Adapter {
  /** Libraries of Vulkan drivers in this process; empty if the system does not list them. */
  readonly drivers: readonly string[];
  /** `null` if the system does not list them. */
  readonly isSoftware: boolean | null;
}

const softwareDriver = /vk_swiftshader|vulkan_lvp/i;
/** Mesa's and the vendors' names for their drivers. */
const anyDriver = /vk_swiftshader|vulkan_(?!layer)\w+\.so|GLX_nvidia|nvidia-vulkan|amdvlk/i;

/** Call it once WebGPU is open. */
export async function describeAdapter(): Promise<Adapter> {
  if (process.platform !== 'linux') return { drivers: [], isSoftware: null };
  return adapterOf(await readFile('/proc/self/maps', 'utf8'));
}

/** @param maps what Linux reports about the memory of a process: one mapping a line, the file's path at its end. */
export function adapterOf(maps: string): Adapter {
  const files = maps.split('\n').map((line) => line.slice(line.lastIndexOf('/') + 1));
  const drivers = [...new Set(files.filter((file) => anyDriver.test(file)))].sort();
  return {
    drivers,
    isSoftware: drivers.length === 0 ? null : drivers.every((file) => softwareDriver.test(file)),
  };
}
