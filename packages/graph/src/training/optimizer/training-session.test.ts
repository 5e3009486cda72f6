import { describe, expect, test } from 'vitest';
import {
  hostTensor,
  ModelStateError,
  ParameterError,
  TensorMismatchError,
  type HostTensor,
  createRandom,
} from '@oddpixel/contract';
import * as onnx from '../../index.ts';
import { GraphBuilder } from '../../index.ts';
import { referenceBackend } from '../../reference/index.ts';
import { keepingBackend } from '@oddpixel/testing/keeping-backend';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import { adam } from './adam.ts';
import { sgd } from './sgd.ts';
import { openTrainingSession, type TrainingState } from './training-session.ts';
import { buildTrainingStep, type TrainingStep } from './training-step.ts';

const [inputs, hidden, outputs] = [4, 6, 3];

/** A perceptron with one hidden layer, learning to imitate a fixed function. */
function perceptron(options: { readonly maxGradientNorm?: number } = {}): TrainingStep {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', ['N', inputs]);
  const t = g.input('t', 'float32', ['N', outputs]);
  const [w1, b1] = [g.input('w1', 'float32', [inputs, hidden]), g.input('b1', 'float32', [hidden])];
  const w2 = g.input('w2', 'float32', [hidden, outputs]);
  const y = onnx.matmul(onnx.relu(onnx.add(onnx.matmul(x, w1), b1)), w2);
  const loss = onnx.reduceMean(onnx.square(onnx.sub(y, t)));
  return buildTrainingStep({ loss, parameters: [w1, b1, w2], optimizer: adam(), ...options });
}

function random(seed: number, ...dims: number[]): HostTensor<'float32'> {
  const { next } = createRandom(seed);
  const count = dims.reduce((a, b) => a * b, 1);
  return hostTensor(
    'float32',
    dims,
    Float32Array.from({ length: count }, () => next() * 2 - 1),
  );
}

const start = (): Record<string, HostTensor> => ({
  w1: random(1, inputs, hidden),
  b1: random(2, hidden),
  w2: random(3, hidden, outputs),
});

/** Batches of different sizes: the graph's batch is dynamic. */
function batch(step: number): Record<string, HostTensor<'float32'>> {
  const size = 8 + (step % 3);
  const x = random(100 + step, size, inputs);
  const t = Float32Array.from({ length: size * outputs }, (_, i) => {
    const row = x.data.subarray(Math.floor(i / outputs) * inputs, (Math.floor(i / outputs) + 1) * inputs);
    return Math.abs(row[i % outputs] ?? 0) - 0.5 * (row[inputs - 1] ?? 0);
  });
  return { x, t: hostTensor('float32', [size, outputs], t) };
}

const settings = { learningRate: 0.02, start: start() };

describe('training session', () => {
  test('gives equal loss curves on ONNX Runtime and on the interpreter', async () => {
    const curves: number[][] = [];
    for (const backend of [ortBackend(), await referenceBackend().open()]) {
      const session = await openTrainingSession(perceptron(), backend, settings);
      const losses: number[] = [];
      for (let i = 0; i < 60; i++) {
        await session.step(batch(i));
        losses.push(await session.loss());
      }
      await session.dispose();
      curves.push(losses);
    }
    const [ort = [], reference = []] = curves;
    ort.forEach((loss, i) => expect(Math.abs(loss / (reference[i] ?? NaN) - 1)).toBeLessThan(1e-3));
    for (const losses of curves) {
      const mean = (part: number[]): number => part.reduce((a, b) => a + b, 0) / part.length;
      expect(mean(losses.slice(-6))).toBeLessThan(0.7 * mean(losses.slice(0, 6)));
    }
  });

  test('keeps tensors on the device, reads none unasked and disposes old ones', async () => {
    const backend = keepingBackend(ortBackend());
    const step = perceptron();
    const session = await openTrainingSession(step, backend, settings);
    await session.step(batch(0));
    const first = backend.uploadedBytes;
    for (let i = 1; i < 5; i++) await session.step(batch(i));
    expect(backend.reads).toBe(0);
    expect(backend.alive).toBe(step.state.length + 1);
    // Later steps upload the batch and the scalars alone: fewer bytes than one copy of the state.
    const parameters = inputs * hidden + hidden + hidden * outputs;
    expect(first).toBeGreaterThan(parameters * 3 * 4);
    expect(backend.uploadedBytes - first).toBeLessThan(4 * (10 * (inputs + outputs) * 4 + 3 * 4));
    await session.loss();
    expect(backend.reads).toBe(1);
    await session.parameters();
    expect(backend.reads).toBe(1 + 1);
    await session.dispose();
    await session.dispose();
    expect(backend.alive).toBe(0);
  });

  test('passes host tensors on without copies if the backend keeps none', async () => {
    const session = await openTrainingSession(perceptron(), ortBackend(), settings);
    await session.step(batch(0));
    const [{ tensors: once }, { tensors: twice }] = [await session.state(), await session.state()];
    expect(once['step/mean/0']?.data).toBe(twice['step/mean/0']?.data);
    expect(once['w1']?.data).not.toEqual(settings.start['w1']?.data);
    await session.dispose();
  });

  test('continues from a saved state with the same bits', async () => {
    const whole = await openTrainingSession(perceptron(), ortBackend(), settings);
    let saved: TrainingState | undefined;
    for (let i = 0; i < 6; i++) {
      await whole.step(batch(i));
      if (i === 2) saved = await whole.state();
    }
    if (saved === undefined) throw new TypeError('no state was saved');
    expect(saved.step).toBe(3);
    const resumed = await openTrainingSession(perceptron(), keepingBackend(ortBackend()), {
      ...settings,
      start: saved,
    });
    for (let i = 3; i < 6; i++) await resumed.step(batch(i));
    expect(resumed.stepsDone).toBe(6);
    expect(await resumed.state()).toEqual(await whole.state());
    await Promise.all([whole.dispose(), resumed.dispose()]);
  });

  test('queues concurrent steps in call order', async () => {
    const [one, other] = [ortBackend(), ortBackend()];
    const inTurn = await openTrainingSession(perceptron(), one, settings);
    for (let i = 0; i < 4; i++) await inTurn.step(batch(i));
    const atOnce = await openTrainingSession(perceptron(), other, settings);
    await Promise.all([0, 1, 2, 3].map((i) => atOnce.step(batch(i))));
    expect(await atOnce.state()).toEqual(await inTurn.state());
    await Promise.all([inTurn.dispose(), atOnce.dispose()]);
  });

  test('keeps its state after an abort and after a wrong batch', async () => {
    const session = await openTrainingSession(perceptron(), ortBackend(), settings);
    await session.step(batch(0));
    const before = await session.state();
    await expect(session.step(batch(1), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    await expect(session.step({ x: random(1, 2, inputs) })).rejects.toThrow(/'t' is missing/);
    expect(await session.state()).toEqual(before);
    await session.step(batch(1));
    expect(session.stepsDone).toBe(2);
    await session.dispose();
  });

  test('refuses start values that do not fit, and a loss before the first step', async () => {
    const { w1: _, ...incomplete } = start();
    const open = (values: Record<string, HostTensor>): Promise<unknown> =>
      openTrainingSession(perceptron(), ortBackend(), { learningRate: 1, start: values });
    await expect(open(incomplete)).rejects.toThrow(TensorMismatchError);
    await expect(open({ ...start(), b1: random(1, 2) })).rejects.toThrow(/float32 \[6\].*float32 \[2\]/);
    const session = await openTrainingSession(perceptron(), ortBackend(), settings);
    await expect(session.loss()).rejects.toThrow(ModelStateError);
    await session.dispose();
  });
});

describe('training step', () => {
  test('scales gradients down together to a common length', async () => {
    const moved = async (maxGradientNorm?: number): Promise<number> => {
      const g = new GraphBuilder();
      const [a, b] = [g.input('a', 'float32', [1, 2]), g.input('b', 'float32', [2])];
      const loss = onnx.add(onnx.reduceSum(onnx.mul(a, 3)), onnx.reduceSum(onnx.mul(b, 4)));
      const clip = maxGradientNorm === undefined ? {} : { maxGradientNorm };
      const step = buildTrainingStep({ loss, parameters: [a, b], optimizer: sgd(), ...clip });
      const session = await openTrainingSession(step, ortBackend(), {
        learningRate: 1,
        start: {
          a: hostTensor('float32', [1, 2], new Float32Array(2)),
          b: hostTensor('float32', [2], new Float32Array(2)),
        },
      });
      await session.step({});
      const values = Object.values(await session.parameters()).flatMap(({ data }) =>
        Array.from(data, Number),
      );
      await session.dispose();
      return Math.hypot(...values);
    };
    const whole = Math.hypot(3, 3, 4, 4);
    expect(await moved()).toBeCloseTo(whole, 5);
    expect(await moved(whole * 2)).toBeCloseTo(whole, 5);
    expect(await moved(0.5)).toBeCloseTo(0.5, 5);
  });

  test('carries values that are not trained from step to step', async () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', ['N', 2]);
    const [w, mean] = [g.input('w', 'float32', [2]), g.input('mean', 'float32', [2])];
    const running = onnx.add(onnx.mul(mean, 0.5), onnx.mul(onnx.reduceMean(x, [0]), 0.5));
    const loss = onnx.reduceMean(onnx.square(onnx.mul(x, w)));
    const step = buildTrainingStep({ loss, parameters: [w], optimizer: sgd(), carried: [[mean, running]] });
    const session = await openTrainingSession(step, keepingBackend(ortBackend()), {
      learningRate: 0,
      start: { w: hostTensor('float32', [2], Float32Array.of(1, 1)) },
    });
    const ones = { x: hostTensor('float32', [1, 2], Float32Array.of(1, 2)) };
    await session.step(ones);
    await session.step(ones);
    expect([...((await session.parameters())['mean']?.data ?? [])]).toEqual([0.75, 1.5]);
    await session.dispose();
  });

  test('refuses parameters that are not inputs or have an unknown shape', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', ['N', 2]);
    const w = onnx.mul(g.constant([1, 2]), 2);
    const loss = onnx.reduceMean(onnx.mul(x, w));
    expect(() => buildTrainingStep({ loss, parameters: [w], optimizer: sgd() })).toThrow(ParameterError);
    const h = new GraphBuilder();
    const y = h.input('y', 'float32', ['N', 2]);
    expect(() => buildTrainingStep({ loss: onnx.reduceMean(y), parameters: [y], optimizer: sgd() })).toThrow(
      /known shape/,
    );
    const k = new GraphBuilder();
    const z = k.input('z', 'float32', [2]);
    const wrong = { loss: onnx.reduceMean(z), parameters: [z], optimizer: sgd(), maxGradientNorm: 0 };
    expect(() => buildTrainingStep(wrong)).toThrow(/above 0/);
    const l = new GraphBuilder();
    const v = l.input('v', 'float32', [2]);
    const carrying = { loss: onnx.reduceMean(v), parameters: [v], optimizer: sgd() };
    expect(() => buildTrainingStep({ ...carrying, carried: [[onnx.mul(v, 2), v]] })).toThrow(
      /an input of the graph.*GraphBuilder\.input/,
    );
  });
});
