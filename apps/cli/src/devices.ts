/** Choosing a device: visibly, and never another one than asked for. */
import { Option } from 'commander';
import { selectBackend, type Backend, type BackendFactory } from '@oddpixel/model-core/contract';
import { coreml, cpu, cuda, dml, inWorker, webgpu } from '@oddpixel/runtime-node';
import { numberOption } from './data.ts';
import type { ProgressLine } from './progress.ts';

const deviceNames = ['auto', 'cpu', 'cuda', 'webgpu', 'dml', 'coreml'] as const;
export type DeviceName = (typeof deviceNames)[number];

export function deviceOption(): Option {
  return new Option(
    '--device <name>',
    'where to compute; auto takes the first of cuda, webgpu, cpu that works',
  )
    .choices(deviceNames)
    .default('auto');
}

export function threadsOption(): Option {
  return new Option('--threads <n>', 'CPU threads (default: one per core)').argParser(
    numberOption('threads', 1, 1024, true),
  );
}

/**
 * Opens the device.
 *
 * @param separateThread runs the engine beside the main thread, so that decoding goes on meanwhile.
 */
export async function openDevice(
  name: DeviceName,
  progress: ProgressLine,
  options: { threads?: number; separateThread?: boolean; signal?: AbortSignal } = {},
): Promise<Backend> {
  const cpuOptions = options.threads === undefined ? {} : { threads: options.threads };
  const factories: Record<Exclude<DeviceName, 'auto'>, () => BackendFactory> = {
    cpu: () =>
      options.separateThread === true ? inWorker({ device: 'cpu', ...cpuOptions }) : cpu(cpuOptions),
    cuda: () => cuda(),
    webgpu: () => webgpu(),
    dml: () => dml(),
    coreml: () => coreml(),
  };
  const candidates = name === 'auto' ? (['cuda', 'webgpu', 'cpu'] as const) : [name];
  const { backend, rejected } = await selectBackend(
    candidates.map((candidate) => factories[candidate]()),
    options.signal,
  );
  const skipped = rejected.map((r) => r.name).join(', ');
  progress.say(`device: ${backend.name}${skipped === '' ? '' : ` (not available here: ${skipped})`}`);
  return backend;
}
