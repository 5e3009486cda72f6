/** Choosing a device: visibly, and never another one than the one requested. */
import { Option } from 'commander';
import { backendParameters, selectBackend, type Backend, type BackendFactory } from '@oddpixel/contract';
import { coreml, cpuPool, cuda, dml, webgpu } from '@oddpixel/runtime-node';
import { watchInterrupts } from './interrupt-watch.ts';
import type { ProgressLine } from './progress.ts';
import { parameterOption } from './parameter-options.ts';

const deviceNames = ['auto', 'cpu', 'cuda', 'webgpu', 'dml', 'coreml'] as const;
export type DeviceName = (typeof deviceNames)[number];

export function deviceOption(): Option {
  return new Option(
    '--device <name>',
    'device to compute on; auto takes the first of cuda, webgpu and cpu that works',
  )
    .choices(deviceNames)
    .default('auto');
}

export function threadsOption(): Option {
  return parameterOption('threads', backendParameters.threads);
}

export interface DeviceOptions {
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal;
}

/** Opens the device that is named, or the first that works. */
export async function openDevice(
  name: DeviceName,
  progress: ProgressLine,
  { threads, signal }: DeviceOptions = {},
): Promise<Backend> {
  const factories: Record<Exclude<DeviceName, 'auto'>, () => BackendFactory> = {
    // A command has many images: engines side by side do more of them per second than one with many threads.
    cpu: () => cpuPool(threads === undefined ? {} : { threads }),
    cuda: () => cuda(),
    webgpu: () => webgpu(),
    dml: () => dml(),
    coreml: () => coreml(),
  };
  const candidates = name === 'auto' ? (['cuda', 'webgpu', 'cpu'] as const) : [name];
  const { backend, rejected } = await selectBackend(
    candidates.map((candidate) => factories[candidate]()),
    signal,
  );
  // The threads of a pool leave the main one free; all others compute on it.
  if (backend.capabilities.parallelRuns === undefined) watchInterrupts();
  const skipped = rejected.map((r) => r.name).join(', ');
  progress.say(`device: ${backend.name}${skipped === '' ? '' : ` (not available here: ${skipped})`}`);
  return backend;
}
