/** `pnpm bench gpu`: is WebGPU in Node right on this machine's GPU, and how fast is it against the CPU? */
import { runCases } from '@oddpixel/conformance';
import { cpu, listDevices, webgpu } from '@oddpixel/runtime-node';
import { describeAdapter } from './gpu/adapter.ts';
import { openGpu } from './gpu/open.ts';
import { compareInference, compareTraining } from './gpu/measure.ts';
import { describeMachine } from './shared/machine.ts';
import { isTinySize, readOptions, wholeNumber } from './shared/options.ts';
import { printDocument, tell } from './shared/report.ts';

/** Leaves exit code 1 if the GPU's results differ from the CPU's. @param args see the README. */
export async function benchGpu(args: readonly string[]): Promise<void> {
  const options = readOptions(args, ['rounds', 'sizes']);
  const rounds = wholeNumber('rounds', options.rounds, 5);

  const machine = describeMachine();
  const devices = (await listDevices()).map(({ name, available, reason }) => ({
    name,
    available,
    reason,
  }));
  for (const { name, available, reason } of devices) tell(`${name}: ${available ? 'works' : reason}`);

  const head = { measurement: 'gpu', machine, devices };
  const gpu = await openGpu();
  if ('skipped' in gpu) {
    tell(`skipped: ${gpu.skipped}`);
    printDocument({ ...head, skipped: gpu.skipped });
    return;
  }
  const adapter = await describeAdapter();
  const isSoftware = adapter.isSoftware === true;
  const kind = isSoftware ? ': software, not a GPU; its times mean nothing' : '';
  tell(`driver: ${adapter.drivers.join(', ') || 'not told by this system'}${kind}`);
  const counting = { rounds, isTiny: options.sizes === undefined ? isSoftware : isTinySize(options.sizes) };
  const { passed, failed, skipped } = await runCases(webgpu());
  tell(`conformance: ${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`);
  const both = { gpu, cpu: await cpu().open() };
  const training = await compareTraining(both, counting);
  tell(`training: loss curves differ by ${training.difference}; CPU ÷ GPU ${training.ratio.median}`);
  const inference = await compareInference(both, counting);
  for (const row of inference) tell(`inference, batch ${row.batch}: ${row.gpuImagesPerSecond} images/s`);
  await both.gpu.dispose();
  await both.cpu.dispose();
  printDocument({
    ...head,
    adapter,
    countsAsGpu: !isSoftware,
    rounds,
    conformance: {
      passed: passed.length,
      failed: failed.map(({ name, error }) => `${name}: ${error.message}`),
      skipped: skipped.map(({ name, reason }) => `${name}: ${reason}`),
    },
    training,
    inference,
  });
  if (failed.length > 0 || ![training, ...inference].every(({ isEqual }) => isEqual)) process.exitCode = 1;
}
