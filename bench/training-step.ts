/** `pnpm bench training-step`: our training step on the CPU against PyTorch's. */
import { cpu } from '@oddpixel/runtime-node';
import { describeMachine } from './shared/machine.ts';
import { isTinySize, readOptions, wholeNumber } from './shared/options.ts';
import { printDocument, tell } from './shared/report.ts';
import { cnnWorkload } from './training-step/cnn.ts';
import { measureRow, type Row } from './training-step/compare.ts';
import { studentWorkload } from './training-step/student.ts';
import { openTorch } from './training-step/torch.ts';
import { fullSizes, tinySizes } from './training-step/workload.ts';

/** @param args see the README. @throws Error if PyTorch trains another network than we do. */
export async function benchTrainingStep(args: readonly string[]): Promise<void> {
  const options = readOptions(args, ['python', 'rounds', 'round-ms', 'sizes', 'only', 'threads']);
  const rounds = wholeNumber('rounds', options.rounds, 7);
  const roundMs = wholeNumber('round-ms', options['round-ms'], 500);
  const sizes = isTinySize(options.sizes) ? tinySizes : fullSizes;
  const python = options.python ?? process.env['PYTHON'] ?? 'python3';

  const machine = describeMachine();
  const threads = wholeNumber('threads', options.threads, machine.cores);
  const torch = await openTorch(python, threads);
  const isThere = !('skipped' in torch);
  tell(isThere ? `PyTorch ${torch.info.version}` : `without PyTorch: ${torch.skipped}`);
  const backend = await cpu({ threads }).open();
  const workloads = [
    ...sizes.positions.map((positions) => studentWorkload(sizes, positions)),
    cnnWorkload(sizes, true),
    cnnWorkload(sizes, false),
  ].filter(({ name }) => options.only === undefined || name === options.only);
  const rows: Row[] = [];
  for (const workload of workloads) {
    const row = await measureRow(workload, { backend, torch: isThere ? torch : undefined, rounds, roundMs });
    rows.push(row);
    const ratio = row.torch === null ? '' : `, PyTorch ÷ ours ${row.torch.ratio.median}`;
    tell(`${row.name}: ${row.oursMs} ms a step${ratio}`);
  }
  await backend.dispose();
  if (isThere) await torch.close();
  printDocument({
    measurement: 'training-step',
    machine,
    threads,
    rounds,
    torch: isThere ? torch.info : torch,
    rows,
  });
}
