/** `pnpm bench train DATA`: time of training, from reading files to writing the model, against the bare feature pass, on the CPU. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeModel } from '@oddpixel/model-core';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { cpu, sharpCodec, writeFileAtomic } from '@oddpixel/runtime-node';
import { splitForTraining, trainFromDataset } from '@oddpixel/workflow';
import { namedBackbone } from '../packages/oddpixel/src/cli/backbone.ts';
import { openDataset, parseSize } from '../packages/oddpixel/src/cli/data.ts';
import { defaultHead, heads } from '../packages/oddpixel/src/cli/heads.ts';
import { createProgress, sayRemarks } from '../packages/oddpixel/src/cli/progress.ts';
import { bareSession, batchSizes, type BareSession } from './shared/bare-session.ts';
import { describeMachine } from './shared/machine.ts';
import { wholeNumber } from './shared/options.ts';
import { printDocument, tell } from './shared/report.ts';
import { median } from './shared/rounds.ts';

/** @param args see the README. */
export async function benchTrain(args: readonly string[]): Promise<void> {
  const text = { type: 'string' } as const;
  const options = { backbone: text, head: text, size: text, rounds: text, threads: text };
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [path, ...others] = positionals;
  if (path === undefined || others.length > 0) throw new TypeError('bench train: expected one data set');
  const rounds = wholeNumber('rounds', values.rounds, 5);
  const threads = values.threads === undefined ? undefined : wholeNumber('threads', values.threads, 1);
  const { width, height } = parseSize(values.size ?? '256');
  const preprocessing = createPreprocessParams({ imageWidth: width, imageHeight: height });

  const head = heads[values.head ?? defaultHead];
  if (head === undefined) throw new TypeError(`bench train: no head is called "${values.head}"`);

  const machine = describeMachine();
  const progress = createProgress();
  const context = { signal: new AbortController().signal, setExitCode: () => {} };
  const backbone = await namedBackbone(values.backbone ?? 'small', { context, progress });
  const opened = await openDataset(path, { layout: 'auto' }, ['train']);
  const dataset = splitForTraining(opened.dataset, { trainPercent: 80, validationPercent: 0, seed: 0 });
  const images = dataset.samples.filter(({ split }) => split === 'train').length;
  const backend = await cpu(threads === undefined ? {} : { threads }).open();
  const bare = await bareSession(backbone.bytes, threads);
  const input = new Float32Array(3 * width * height).fill(100);
  const folder = await mkdtemp(join(tmpdir(), 'oddpixel-bench-'));
  const bareSeconds: number[] = [];
  const trainSeconds: number[] = [];
  const phases = new Map<string, number[]>();
  try {
    for (let round = 0; round < rounds; round++) {
      bareSeconds.push(images / (await bestRate(bare, input, [3, height, width], images)));
      const started = performance.now();
      const timer = phaseTimer();
      const { model, remarks } = await trainFromDataset(dataset, {
        backend,
        source: opened.source,
        codec: sharpCodec(),
        backbone,
        preprocessing,
        head: head.create({}),
        onProgress: ({ phase }) => timer.enter(phase),
      });
      await writeFileAtomic(join(folder, 'model.onnx'), writeModel(model));
      trainSeconds.push((performance.now() - started) / 1000);
      if (round === 0) sayRemarks(progress, remarks);
      for (const [phase, seconds] of timer.finish()) {
        phases.set(phase, [...(phases.get(phase) ?? []), seconds]);
      }
      tell(`round ${round + 1} of ${rounds}: ${(trainSeconds.at(-1) ?? 0).toFixed(2)} s`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
    await bare.dispose();
    await backend.dispose();
  }
  const bareMedian = median(bareSeconds);
  const trainMedian = median(trainSeconds);
  printDocument({
    measurement: 'train',
    machine,
    images,
    bareFeaturePassSeconds: bareMedian,
    trainSeconds: trainMedian,
    ratio: trainMedian / bareMedian,
    phases: Array.from(phases, ([phase, times]) => {
      const seconds = median(times);
      return { phase, seconds, ratio: seconds / bareMedian };
    }),
  });
}

async function bestRate(
  bare: BareSession,
  input: Float32Array,
  dims: readonly number[],
  images: number,
): Promise<number> {
  const rates: number[] = [];
  for (const batch of batchSizes) rates.push(await bare.imagesPerSecond(input, dims, batch, images));
  return Math.max(...rates);
}

/** Sums the time between progress reports by phase. */
function phaseTimer(): { enter(phase: string): void; finish(): Map<string, number> } {
  const seconds = new Map<string, number>();
  let current = 'start';
  let since = performance.now();
  const enter = (phase: string): void => {
    const now = performance.now();
    seconds.set(current, (seconds.get(current) ?? 0) + (now - since) / 1000);
    current = phase;
    since = now;
  };
  return {
    enter,
    finish() {
      enter('end');
      return seconds;
    },
  };
}
