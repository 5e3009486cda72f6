/** `pnpm bench heads`: inference time of the student head against the memory head, alone and in a whole model. */
import { readFile } from 'node:fs/promises';
import { cpu } from '@oddpixel/runtime-node';
import { referencePath } from '@oddpixel/testing';
import { compareHeads, type HeadRow } from './heads/compare.ts';
import { headAlone, memoryHead, studentHead, wholeModel } from './heads/graphs.ts';
import { describeMachine } from './shared/machine.ts';
import { uniform } from './shared/numbers.ts';
import { isTinySize, readOptions, wholeNumber } from './shared/options.ts';
import { printDocument, tell } from './shared/report.ts';

/** 216 dims on a grid of 32×32: MobileNet-V2 on images of 256×256. */
const full = { dims: 216, side: 256, rows: 4000, complexity: 15, batches: [1, 8] };
const tiny = { dims: 6, side: 64, rows: 20, complexity: 1, batches: [1, 2] };
/** Head alone: the student may take this share of the memory's time. */
const bar = 0.3;

/** @param args see the README. */
export async function benchHeads(args: readonly string[]): Promise<void> {
  const options = readOptions(args, ['rounds', 'round-ms', 'sizes', 'threads']);
  const counting = {
    rounds: wholeNumber('rounds', options.rounds, 7),
    roundMs: wholeNumber('round-ms', options['round-ms'], 300),
  };
  const sizes = isTinySize(options.sizes) ? tiny : full;

  const machine = describeMachine();
  const threads = wholeNumber('threads', options.threads, machine.cores);
  const backend = await cpu({ threads }).open();
  const rows: HeadRow[] = [];
  const add = (row: HeadRow): void => {
    rows.push(row);
    tell(`${row.what}, batch ${row.batch}: student ÷ memory ${row.ratio.median}`);
  };

  const positions = (sizes.side / 8) ** 2;
  const alone = {
    memory: headAlone(memoryHead(sizes.rows, sizes.dims), positions, sizes.dims),
    student: headAlone(studentHead(sizes.complexity, sizes.dims), positions, sizes.dims),
  };
  for (const batch of sizes.batches) {
    const tensor = uniform(2, [batch, positions, sizes.dims], Math.sqrt(3));
    const input = { name: 'patches', tensor };
    add(await compareHeads({ ...counting, ...alone, what: 'head alone', backend, input, bar }));
  }

  const trunk = referencePath('models', 'mobilenet-v2-trunk.onnx');
  if (trunk !== undefined) {
    const base = {
      backbone: new Uint8Array(await readFile(trunk)),
      id: 'mobilenet-v2',
      width: sizes.side,
      height: sizes.side,
    };
    const whole = {
      memory: (await wholeModel({ ...base, head: (dims) => memoryHead(sizes.rows, dims) })).model,
      student: (await wholeModel({ ...base, head: (dims) => studentHead(sizes.complexity, dims) })).model,
    };
    for (const batch of sizes.batches) {
      const tensor = uniform(3, [batch, 3, sizes.side, sizes.side], 127);
      const input = { name: 'image', tensor };
      add(await compareHeads({ ...counting, ...whole, what: 'whole model', backend, input, bar: null }));
    }
  }
  await backend.dispose();
  printDocument({
    measurement: 'heads',
    machine,
    sizes,
    threads,
    rounds: counting.rounds,
    rows,
    wholeModel:
      trunk === undefined
        ? { skipped: 'reference data absent (models/mobilenet-v2-trunk.onnx), see CONTRIBUTING.md' }
        : { backbone: 'mobilenet-v2-trunk.onnx' },
  });
}
