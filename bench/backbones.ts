/** `pnpm bench backbones`: how long backbones take, alone, on the CPU and on WebGPU. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { readBackbone } from '@oddpixel/backbones/node';
import { medium } from '@oddpixel/backbones/medium';
import { small } from '@oddpixel/backbones/small';
import { cpu } from '@oddpixel/runtime-node';
import { referencePath } from '@oddpixel/testing';
import { compareBackbones, type BackboneFile, type BackboneRow } from './backbones/compare.ts';
import { describeAdapter } from './gpu/adapter.ts';
import { openGpu } from './gpu/open.ts';
import { describeMachine } from './shared/machine.ts';
import { isTinySize, readOptions, wholeNumber } from './shared/options.ts';
import { printDocument, tell } from './shared/report.ts';

const full = { width: 256, height: 256, batches: [1, 4, 8] };
const tiny = { width: 64, height: 32, batches: [1, 2] };

interface DeviceRows {
  readonly device: string;
  readonly threads?: number;
  /** Of WebGPU: whether its driver computes in software, whose times show nothing about a GPU. */
  readonly isSoftware?: boolean | null;
  readonly rows: readonly BackboneRow[];
}

/** @param args see the README. */
export async function benchBackbones(args: readonly string[]): Promise<void> {
  const options = readOptions(args, ['files', 'rounds', 'round-ms', 'sizes']);
  const sizes = isTinySize(options.sizes) ? tiny : full;
  const comparison = {
    ...sizes,
    rounds: wholeNumber('rounds', options.rounds, 7),
    roundMs: wholeNumber('round-ms', options['round-ms'], 300),
  };
  const machine = describeMachine();
  const files = await readFiles(options.files?.split(',') ?? []);
  const devices: DeviceRows[] = [];
  const add = (what: string, found: DeviceRows): void => {
    devices.push(found);
    tellRows(what, found.rows);
  };
  for (const threads of new Set([1, machine.cores])) {
    const backend = await cpu({ threads }).open();
    const rows = await compareBackbones(backend, files, comparison);
    await backend.dispose();
    add(`cpu, threads: ${threads}`, { device: 'cpu', threads, rows });
  }
  const gpu = await openGpu();
  if ('skipped' in gpu) {
    tell(`webgpu: skipped: ${gpu.skipped}`);
  } else {
    const { isSoftware } = await describeAdapter();
    const rows = await compareBackbones(gpu, files, comparison);
    await gpu.dispose();
    const what = isSoftware === true ? 'webgpu in software, not a GPU' : 'webgpu';
    add(what, { device: 'webgpu', isSoftware, rows });
  }
  printDocument({
    measurement: 'backbones',
    machine,
    ...comparison,
    devices,
    webgpu: 'skipped' in gpu ? gpu : undefined,
  });
}

/** The first one is what the others are compared with: MobileNet's trunk if it is available. */
async function readFiles(named: readonly string[]): Promise<BackboneFile[]> {
  const teacher = referencePath('models', 'mobilenet-v2-trunk.onnx');
  if (teacher === undefined) {
    tell(
      'models/mobilenet-v2-trunk.onnx: reference data absent, see CONTRIBUTING.md; compared with `small` instead',
    );
  }
  const ours = await Promise.all(
    [small, medium].map(async (model) => ({ name: model.id, bytes: await readBackbone(model) })),
  );
  const read = async (path: string): Promise<BackboneFile> => ({
    name: basename(path),
    bytes: new Uint8Array(await readFile(path)),
  });
  const first = teacher === undefined ? [] : [await read(teacher)];
  return [...first, ...ours, ...(await Promise.all(named.map(read)))];
}

function tellRows(device: string, rows: readonly BackboneRow[]): void {
  for (const { name, perImage, toFirst } of rows) {
    const times = perImage.map(({ batch, ms }) => `${ms} (${batch})`).join(', ');
    tell(`${device}: ${name}: ms per image (batch) ${times}; images/s against the first ${toFirst.median}`);
  }
}
