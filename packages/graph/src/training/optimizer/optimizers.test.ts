/** Updates of random gradient sequences against formulas written out in plain TypeScript, in double precision. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostTensor } from '@oddpixel/contract';
import { GraphBuilder, mul, reduceSum } from '../../index.ts';
import { runGraph } from '../../reference/index.ts';
import { adam, adamW } from './adam.ts';
import { constantRate, cosineRate, warmUp } from './learning-rate.ts';
import { decayMatrices, type Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';
import { buildTrainingStep } from './training-step.ts';

/** Constants in graphs are float32: 1 − 0.999 is off by 5e-8. */
const tolerance = 1e-6;
const learningRate = 0.1;

type Sequence = readonly (readonly number[])[];

const double = (dims: readonly number[], data: readonly number[]): HostTensor<'float64'> => ({
  location: 'host',
  dtype: 'float64',
  dims,
  data: Float64Array.from(data),
});

/** The parameter after each step, when its gradient is the sequence's: the loss is `Σ gradient · parameter`. */
function trained(
  optimizer: Optimizer,
  dims: readonly number[],
  start: readonly number[],
  all: Sequence,
): number[][] {
  const g = new GraphBuilder();
  const p = g.input('p', 'float32', dims);
  const { graph, state } = buildTrainingStep({
    loss: reduceSum(mul(p, g.input('gradient', 'float32', dims))),
    parameters: [p],
    optimizer,
  });
  let tensors = Object.fromEntries(
    state.map(({ input, kind, dims: own }) => [
      input,
      double(own, kind === 'parameter' ? start : start.map(() => 0)),
    ]),
  );
  return all.map((gradient, index) => {
    const scalars = Object.entries(optimizer.scalars(index + 1, learningRate)).map(([name, value]) => [
      `step/${name}`,
      double([], [value]),
    ]);
    const feeds = { ...tensors, ...Object.fromEntries(scalars), gradient: double(dims, gradient) };
    const results = runGraph(graph, feeds, { precision: 'float64' });
    tensors = Object.fromEntries(
      state.map(({ input, output }) => [input, results[output] as HostTensor<'float64'>]),
    );
    return [...(tensors['step/parameters/0'] as HostTensor<'float64'>).data];
  });
}

function check(
  optimizer: Optimizer,
  dims: readonly number[],
  update: (state: Map<string, number>, p: number, g: number, step: number) => number,
): void {
  const count = dims.reduce((a, b) => a * b, 1);
  const vector = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), {
    minLength: count,
    maxLength: count,
  });
  fc.assert(
    fc.property(vector, fc.array(vector, { minLength: 1, maxLength: 8 }), (start, all) => {
      const computed = trained(optimizer, dims, start, all);
      const states = start.map(() => new Map<string, number>());
      let p = [...start];
      all.forEach((gradient, index) => {
        p = p.map((value, i) => update(states[i] as Map<string, number>, value, gradient[i] ?? 0, index + 1));
        p.forEach((value, i) => {
          const error = Math.abs((computed[index]?.[i] ?? NaN) - value);
          expect(error).toBeLessThan(tolerance * Math.max(1, Math.abs(value)));
        });
      });
    }),
    { numRuns: 20, seed: 3 },
  );
}

const moment = (state: Map<string, number>, name: string, compute: (old: number) => number): number => {
  state.set(name, compute(state.get(name) ?? 0));
  return state.get(name) ?? 0;
};

describe('optimizers', () => {
  test('sgd equals its formula', () => check(sgd(), [2, 3], (_, p, g) => p - learningRate * g));

  test('sgd with momentum and decay equals its formula', () =>
    check(sgd({ momentum: 0.8, weightDecay: 0.1 }), [3], (state, p, g) => {
      return p - learningRate * moment(state, 'v', (v) => 0.8 * v + g + 0.1 * p);
    }));

  test('sgd with Nesterov momentum equals its formula', () =>
    check(sgd({ momentum: 0.8, nesterov: true }), [1, 4], (state, p, g) => {
      return p - learningRate * (g + 0.8 * moment(state, 'v', (v) => 0.8 * v + g));
    }));

  const adamStep = (state: Map<string, number>, g: number, step: number): number => {
    const mean = moment(state, 'mean', (m) => 0.9 * m + 0.1 * g) / (1 - 0.9 ** step);
    const squared = moment(state, 'square', (v) => 0.99 * v + 0.01 * g * g) / (1 - 0.99 ** step);
    return (learningRate * mean) / (Math.sqrt(squared) + 1e-3);
  };
  const settings = { beta1: 0.9, beta2: 0.99, epsilon: 1e-3 };

  test('adam equals its formula', () =>
    check(adam(settings), [5], (state, p, g, step) => p - adamStep(state, g, step)));

  test('adam with decay in the gradient equals its formula', () =>
    check(adam({ ...settings, weightDecay: 0.2 }), [2, 2], (state, p, g, step) => {
      return p - adamStep(state, g + 0.2 * p, step);
    }));

  test('adamW decays the parameter, of matrices only', () => {
    const optimizer = adamW({ ...settings, weightDecay: decayMatrices(0.2) });
    check(optimizer, [2, 2], (state, p, g, step) => p * (1 - learningRate * 0.2) - adamStep(state, g, step));
    check(optimizer, [4], (state, p, g, step) => p - adamStep(state, g, step));
  });
});

describe('learning rates', () => {
  test('follow their curves', () => {
    expect(constantRate(0.3)(1000)).toBe(0.3);
    const cosine = cosineRate({ rate: 1, steps: 10, floor: 0.2 });
    expect([0, 5, 10, 99].map(cosine)).toEqual([1, expect.closeTo(0.6), 0.2, 0.2]);
    const warm = warmUp(4, cosine);
    expect([0, 1, 2, 3, 4, 9].map(warm)).toEqual([0.25, 0.5, 0.75, 1, 1, expect.closeTo(0.6)]);
  });

  test('refuse an invalid number of steps', () => {
    expect(() => cosineRate({ rate: 1, steps: 0 })).toThrow(/whole number above 0/);
    expect(() => warmUp(1.5, constantRate(1))).toThrow(/whole number above 0/);
  });
});
