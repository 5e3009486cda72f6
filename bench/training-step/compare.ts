/** One workload on both sides: first proof that it is the same network, then time. */
import type { Backend } from '@oddpixel/contract';
import { openTrainingSession, type TrainingSession } from '@oddpixel/graph/training';
import {
  interleave,
  medianOf,
  ratio,
  repeated,
  repetitions,
  type Duration,
  type Ratio,
  type Side,
} from '../shared/rounds.ts';
import type { Torch, TorchCheck } from './torch.ts';
import type { Workload } from './workload.ts';

export interface RowOptions {
  readonly backend: Backend;
  readonly torch: Torch | undefined;
  readonly rounds: number;
  /** Length of one measurement. */
  readonly roundMs: number;
}

export interface Row {
  readonly name: string;
  readonly what: string;
  /** Milliseconds per step: median over the rounds. */
  readonly oursMs: number;
  /** The same of CPU time. */
  readonly oursCpuMs: number;
  readonly stepsPerRound: number;
  /** `null` if PyTorch is absent. */
  readonly torch: {
    /** Milliseconds per step of each way to run it. */
    readonly variantsMs: Readonly<Record<string, number>>;
    /** The fastest of them, which the ratio takes. */
    readonly best: string;
    /** PyTorch's time divided by ours: above 1, ours is faster. */
    readonly ratio: Ratio;
    /** The same of CPU time: what to look at with one thread on a busy machine. */
    readonly cpuRatio: Ratio;
    readonly bar: number;
    readonly isBarReached: boolean;
    readonly agreement: Agreement;
  } | null;
}

/** Largest relative differences from PyTorch. */
export interface Agreement {
  readonly firstLoss: number;
  readonly laterLosses: number;
  /** Of the parameters' lengths after the last compared step. */
  readonly parameters: number;
}

const checkedSteps = 4;
/** Start weights are equal, so the first loss shows whether the networks are. */
const firstLossTolerance = 1e-4;
const laterLossesTolerance = 1e-3;
/** Adam's first steps are as long for a gradient of rounding errors as for any other. */
const parametersTolerance = 1e-2;

export async function measureRow(workload: Workload, options: RowOptions): Promise<Row> {
  const { backend, torch, rounds, roundMs } = options;
  const { step, start, batch, learningRate } = workload;
  const session = await openTrainingSession(step, backend, { learningRate, start });
  try {
    const variants = (await torch?.open(workload)) ?? [];
    const ours = await check(session, workload);
    const agreement = torch && compareChecks(workload.name, ours, await torch.check(checkedSteps));
    const steps = await repetitions(() => session.step(batch), roundMs);
    const sides: Record<string, Side> = { ours: repeated(() => session.step(batch), steps) };
    if (torch !== undefined) {
      for (const variant of variants) {
        await torch.time(variant, 3);
        sides[variant] = () => torch.time(variant, steps);
      }
    }
    const times = await interleave(sides, rounds);
    return {
      name: workload.name,
      what: workload.what,
      oursMs: medianOf(times['ours'] ?? []),
      oursCpuMs: medianOf(times['ours'] ?? [], 'cpuMs'),
      stepsPerRound: steps,
      torch: agreement === undefined ? null : torchRow(workload, times, variants, agreement),
    };
  } finally {
    await session.dispose();
  }
}

function torchRow(
  { bar }: Workload,
  times: Readonly<Record<string, readonly Duration[]>>,
  variants: readonly string[],
  agreement: Agreement,
): Row['torch'] {
  const medians = variants.map((variant) => [variant, medianOf(times[variant] ?? [])] as const);
  const [best] = medians.reduce((a, b) => (b[1] < a[1] ? b : a));
  const found = ratio(times[best] ?? [], times['ours'] ?? []);
  return {
    variantsMs: Object.fromEntries(medians),
    best,
    ratio: found,
    cpuRatio: ratio(times[best] ?? [], times['ours'] ?? [], 'cpuMs'),
    bar,
    isBarReached: found.median >= bar,
    agreement,
  };
}

async function check(session: TrainingSession, { batch }: Workload): Promise<TorchCheck> {
  const losses: number[] = [];
  for (let i = 0; i < checkedSteps; i++) {
    await session.step(batch);
    losses.push(await session.loss());
  }
  const norms = Object.entries(await session.parameters()).map(([name, { data }]) => {
    const numbers = Array.from(data as Float32Array);
    return [name, Math.sqrt(numbers.reduce((sum, value) => sum + value * value, 0))] as const;
  });
  return { losses, norms: Object.fromEntries(norms) };
}

/** @throws Error if the two sides do not train the same network. */
export function compareChecks(name: string, ours: TorchCheck, theirs: TorchCheck): Agreement {
  const difference = (a: number, b: number | undefined): number =>
    b === undefined ? Number.NaN : Math.abs(a - b) / Math.max(Math.abs(b), Number.MIN_VALUE);
  const losses = ours.losses.map((loss, step) => difference(loss, theirs.losses[step]));
  const agreement: Agreement = {
    firstLoss: losses[0] ?? Number.NaN,
    laterLosses: Math.max(...losses),
    parameters: Math.max(
      ...Object.entries(ours.norms).map(([key, norm]) => difference(norm, theirs.norms[key])),
    ),
  };
  const isSame =
    agreement.firstLoss <= firstLossTolerance &&
    agreement.laterLosses <= laterLossesTolerance &&
    agreement.parameters <= parametersTolerance;
  if (isSame) return agreement;
  throw new Error(
    `${name}: expected the network that PyTorch trains (first loss within ${firstLossTolerance}, later ones ` +
      `within ${laterLossesTolerance}, parameters within ${parametersTolerance}), found relative differences ${JSON.stringify(agreement)}`,
  );
}
