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

export interface DeviceOptions {
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/** Opens the device that is named, or the first that works. */
export async function openDevice(
  name: DeviceName,
  progress: ProgressLine,
  { threads, signal }: DeviceOptions = {},
): Promise<Backend> {
  const factories: Record<Exclude<DeviceName, 'auto'>, () => BackendFactory> = {
    cpu: () => cpu(threads === undefined ? {} : { threads }),
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
  const skipped = rejected.map((r) => r.name).join(', ');
  progress.say(`device: ${backend.name}${skipped === '' ? '' : ` (not available here: ${skipped})`}`);
  return backend;
}

/**
 * The device for inspecting many images: on the CPU one single-threaded engine per core, each in a worker, so that
 * images are decoded and inspected side by side; elsewhere one.
 */
export async function openForThroughput(
  name: DeviceName,
  progress: ProgressLine,
  options: DeviceOptions = {},
): Promise<Backend[]> {
  const backend = await openDevice(name, progress, options);
  const { threads } = backend.capabilities;
  if (threads === 1) return [backend];
  await backend.dispose();
  const worker = inWorker({ device: 'cpu', threads: 1 });
  return Promise.all(Array.from({ length: threads }, () => worker.open(options.signal)));
}

export async function disposeAll(backends: readonly Backend[]): Promise<void> {
  await Promise.all(backends.map((backend) => backend.dispose()));
}
