/** Fifty steps of a small convolutional network: the loss curve is PyTorch's, on every backend. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Backend } from '@oddpixel/contract';
import { referenceBackend } from '../../reference/index.ts';
import { goldenBatch, goldenLoss, goldenParameters, goldenSteps } from '../../../test/golden-network.ts';
import { keepingBackend } from '@oddpixel/testing/keeping-backend';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import { adam, adamW } from './adam.ts';
import { cosineRate, warmUp, type LearningRate } from './learning-rate.ts';
import { decayMatrices, type Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';
import { openTrainingSession } from './training-session.ts';
import { buildTrainingStep } from './training-step.ts';

/** PyTorch's loss of each step, in single and double precision. */
type GoldenCurves = Readonly<Record<string, { float32: number[]; float64: number[] }>>;

function goldenCurves(): GoldenCurves {
  const path = new URL('../../gradients/fixtures/training-curve.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { curves: GoldenCurves }).curves;
}

/** Largest relative difference from PyTorch's single precision curve. */
const tolerance = 1e-4;
/** The same in double precision, where only our float32 constants differ. */
const doubleTolerance = 1e-5;

interface Run {
  readonly optimizer: Optimizer;
  readonly learningRate: number | LearningRate;
  readonly maxGradientNorm?: number;
}

/** The runs of tools/reference/training-curve.py. */
const runs: Readonly<Record<string, Run>> = {
  adam: { optimizer: adam(), learningRate: 0.003 },
  adamWithDecay: { optimizer: adam({ weightDecay: 0.05 }), learningRate: 0.003 },
  adamW: {
    optimizer: adamW({ weightDecay: decayMatrices(0.1) }),
    learningRate: warmUp(5, cosineRate({ rate: 0.01, steps: 40, floor: 0.001 })),
    maxGradientNorm: 0.5,
  },
  sgd: { optimizer: sgd(), learningRate: 0.05 },
  nesterov: {
    optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
    learningRate: 0.02,
  },
};

async function curve(backend: Backend, { learningRate, ...options }: Run, steps: number): Promise<number[]> {
  const step = buildTrainingStep({ ...goldenLoss(), ...options });
  const session = await openTrainingSession(step, backend, { learningRate, start: goldenParameters() });
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    await session.step(goldenBatch(i));
    losses.push(await session.loss());
  }
  await session.dispose();
  return losses;
}

function deviation(losses: readonly number[], expected: readonly number[]): number {
  return Math.max(...losses.map((loss, i) => Math.abs(loss - (expected[i] ?? NaN)) / (expected[i] ?? NaN)));
}

describe('the loss curve of a small convolutional network', () => {
  const curves = goldenCurves();

  test.each(Object.entries(runs))('%s equals PyTorch on ONNX Runtime', async (name, run) => {
    const losses = await curve(ortBackend(), run, goldenSteps);
    expect(deviation(losses, curves[name]?.float32 ?? [])).toBeLessThan(tolerance);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.7);
  });

  test('equals PyTorch if tensors stay on a device, bit for bit as on the host', async () => {
    const backend = keepingBackend(ortBackend());
    const losses = await curve(backend, runs['adam'] as Run, goldenSteps);
    expect(losses).toEqual(await curve(ortBackend(), runs['adam'] as Run, goldenSteps));
    expect(deviation(losses, curves['adam']?.float32 ?? [])).toBeLessThan(tolerance);
    expect(backend.alive).toBe(0);
  });

  test.each(['float32', 'float64'] as const)('equals PyTorch on the interpreter, %s', async (precision) => {
    const backend = await referenceBackend({ precision }).open();
    const losses = await curve(backend, runs['adam'] as Run, goldenSteps);
    const limit = precision === 'float64' ? doubleTolerance : tolerance;
    expect(deviation(losses, curves['adam']?.[precision] ?? [])).toBeLessThan(limit);
  });
});
