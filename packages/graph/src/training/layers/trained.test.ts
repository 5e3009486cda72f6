/** From weights in training to a plain graph: running statistics, the same network with constants, folding. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostTensor, TensorMismatchError, type HostTensor, createRandom } from '@oddpixel/contract';
import {
  batchNormalization,
  conv as convOperator,
  convTranspose as convTransposeOperator,
  GraphBuilder,
  readGraph,
  reduceMean,
  relu,
  square,
  sub,
  writeGraph,
  type Graph,
  type Value,
} from '../../index.ts';
import { runGraph } from '../../reference/index.ts';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import { buildTrainingStep, openTrainingSession, sgd } from '../optimizer/index.ts';
import {
  batchNorm,
  convLayer,
  foldBatchNorm,
  named,
  sequential,
  trainableWeights,
  trainedWeights,
} from './index.ts';

function random(seed: number, dims: readonly number[], low = -1, high = 1): HostTensor<'float32'> {
  const { next } = createRandom(seed);
  const count = dims.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: count }, () => low + (high - low) * next());
  return hostTensor('float32', dims, data);
}

const image = [3, 4, 5] as const;
const network = sequential(convLayer({ channels: 6, kernel: 3, stride: 2 }), batchNorm(), relu);

async function trained(steps: number, learningRate: number): Promise<Record<string, HostTensor>> {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', ['N', ...image]);
  const weights = trainableWeights(g, { seed: 2 });
  const loss = reduceMean(square(network(x, weights)));
  const { parameters, carried, start } = weights;
  const step = buildTrainingStep({ loss, parameters, carried, optimizer: sgd() });
  const session = await openTrainingSession(step, ortBackend(), { start, learningRate });
  for (let i = 0; i < steps; i++) await session.step({ x: random(100 + i, [4, ...image], -1, 2 + i) });
  const tensors = await session.parameters();
  await session.dispose();
  return tensors;
}

function inference(tensors: Readonly<Record<string, HostTensor>>): Graph {
  const g = new GraphBuilder();
  g.output('y', network(g.input('x', 'float32', ['N', ...image]), trainedWeights(g, tensors)));
  return g.build();
}

/** Largest difference of two float32 tensors. */
function difference(a: HostTensor | undefined, b: HostTensor | undefined): number {
  expect(a?.dims).toEqual(b?.dims);
  const [left, right] = [a?.data as Float32Array, b?.data as Float32Array];
  return Math.max(...left.map((value, i) => Math.abs(value - (right[i] ?? NaN))));
}

describe('running statistics', () => {
  test('are the weighted mean over all batches from the first one on', async () => {
    for (const steps of [1, 4]) {
      const tensors = await trained(steps, 0);
      const g = new GraphBuilder();
      const x = g.input('x', 'float32', ['N', ...image]);
      g.output('y', convLayer({ channels: 6, kernel: 3, stride: 2 })(x, trainedWeights(g, tensors)));
      const graph = g.build();
      let mean: number[] = Array.from({ length: 6 }, () => 0);
      let variance = mean;
      let total = 0;
      for (let i = 0; i < steps; i++) {
        const { y } = runGraph(graph, { x: random(100 + i, [4, ...image], -1, 2 + i) });
        const share = 0.9 ** (steps - 1 - i);
        total += share;
        const perChannel = mean.map((_, c) =>
          Array.from((y as HostTensor<'float32'>).data).filter((_, index) => Math.floor(index / 6) % 6 === c),
        );
        const means = perChannel.map((values) => values.reduce((a, b) => a + b, 0) / values.length);
        mean = mean.map((sum, c) => sum + share * (means[c] ?? NaN));
        variance = variance.map((sum, c) => {
          const values = perChannel[c] ?? [];
          return sum + share * (values.reduce((a, b) => a + (b - (means[c] ?? NaN)) ** 2, 0) / values.length);
        });
      }
      const expected = (sums: number[]): HostTensor =>
        hostTensor(
          'float32',
          [6],
          Float32Array.from(sums, (sum) => sum / total),
        );
      expect(difference(tensors['batchNorm/mean'], expected(mean))).toBeLessThan(1e-5);
      expect(difference(tensors['batchNorm/variance'], expected(variance))).toBeLessThan(1e-4);
    }
  });
});

describe('a trained network', () => {
  test('gives for a batch what it gave in training', async () => {
    const tensors = await trained(1, 0);
    const x = random(100, [4, ...image], -1, 2);
    const g = new GraphBuilder();
    const weights = trainableWeights(g);
    g.output('y', network(g.input('x', 'float32', ['N', ...image]), weights));
    const learning = runGraph(g.build(), { ...tensors, x });
    expect(difference(learning['y'], runGraph(inference(tensors), { x })['y'])).toBeLessThan(1e-5);
  });

  test('is a plain graph without batch normalization after folding', async () => {
    const tensors = await trained(3, 0.1);
    const graph = inference(tensors);
    const folded = readGraph(writeGraph(foldBatchNorm(graph)));
    expect(folded.nodes.map(({ opType }) => opType)).toEqual(['Conv', 'Relu']);
    expect(folded.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(folded.initializers.size).toBe(2);
    const x = random(7, [2, ...image]);
    const session = await ortBackend().createSession(writeGraph(folded));
    const { y } = (await session.run({ x })) as Record<string, HostTensor>;
    await session.dispose();
    expect(difference(y, runGraph(graph, { x })['y'])).toBeLessThan(1e-5);
  });

  test('can be the frozen part of another network that is trained', async () => {
    const tensors = await trained(2, 0.1);
    const g = new GraphBuilder();
    const features = network(g.input('x', 'float32', ['N', ...image]), trainedWeights(g, tensors));
    const weights = trainableWeights(g, { seed: 3 });
    const y = named('head', convLayer({ channels: 1, kernel: 1 }))(features, weights);
    const loss = reduceMean(square(sub(y, 1)));
    const step = buildTrainingStep({ loss, ...weights, optimizer: sgd() });
    expect(step.state.flatMap(({ members = [] }) => members.map(({ name }) => name))).toEqual([
      'head/conv/kernel',
      'head/conv/bias',
    ]);
    const session = await openTrainingSession(step, ortBackend(), {
      start: weights.start,
      learningRate: 0.1,
    });
    const losses: number[] = [];
    for (let i = 0; i < 30; i++) {
      await session.step({ x: random(100, [4, ...image]) });
      losses.push(await session.loss());
    }
    await session.dispose();
    expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] ?? NaN));
  });

  test('throws an error that names the missing or mismatched tensor', async () => {
    const { 'conv/kernel': kernel, ...others } = await trained(0, 0.1);
    expect(() => inference(others)).toThrow(TensorMismatchError);
    expect(() => inference(others)).toThrow(/`conv\/kernel`, received none/);
    const wrong = { ...others, 'conv/kernel': random(1, [6, 3, 5, 5]) };
    expect(kernel?.dims).toEqual([6, 3, 3, 3]);
    expect(() => inference(wrong)).toThrow(/\[6,3,3,3\].*received float32 \[6,3,5,5\]/);
  });
});

/** Input and stored statistics of `channels` channels. */
function normalized(g: GraphBuilder, x: Value, channels: number, seed: number): Value {
  const at = (offset: number, low: number): Value => g.constant(random(seed + offset, [channels], low, 2));
  return batchNormalization(x, at(0, -2), at(1, -2), { mean: at(2, -2), variance: at(3, 0.1) }, 0.01);
}

describe('folding', () => {
  const channels = fc.integer({ min: 1, max: 3 });
  test('changes no result for any kind of convolution', () => {
    const cases = fc.record({
      group: channels,
      inputs: channels,
      outputs: channels,
      hasBias: fc.boolean(),
      isTransposed: fc.boolean(),
      seed: fc.integer({ min: 1, max: 1e6 }),
    });
    fc.assert(
      fc.property(cases, ({ group, inputs, outputs, hasBias, isTransposed, seed }) => {
        const g = new GraphBuilder();
        const x = g.input('x', 'float32', ['N', group * inputs, 4, 5]);
        const rows = group * (isTransposed ? inputs : outputs);
        const kernel = g.constant(random(seed, [rows, isTransposed ? outputs : inputs, 2, 3]));
        const bias = hasBias ? g.constant(random(seed + 1, [group * outputs])) : undefined;
        const operator = isTransposed ? convTransposeOperator : convOperator;
        // Two in a row: the second is folded into what the first became.
        const once = normalized(g, operator(x, kernel, bias, { group }), group * outputs, seed + 2);
        g.output('y', normalized(g, once, group * outputs, seed + 9));
        const graph = g.build();
        const folded = foldBatchNorm(graph);
        expect(folded.nodes.map(({ opType }) => opType)).toEqual([graph.nodes[0]?.opType]);
        const feeds = { x: random(seed + 20, [2, group * inputs, 4, 5]) };
        const [before, after] = [graph, folded].map(
          (one) => runGraph(one, feeds, { precision: 'float64' })['y'],
        );
        expect(difference(before, after)).toBeLessThan(1e-4);
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  test('leaves alone nodes that it cannot fold or that others need', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', ['N', 2, 4, 5]);
    const kernel = g.constant(random(1, [2, 2, 3, 3]), 'kernel');
    const shared = convOperator(x, kernel);
    g.output('raw', shared);
    g.output('first', normalized(g, shared, 2, 3));
    g.output('behindRelu', normalized(g, relu(convOperator(x, kernel)), 2, 4));
    const given = convOperator(x, g.input('w', 'float32', [2, 2, 1, 1]));
    g.output('kernelFromOutside', normalized(g, given, 2, 5));
    g.output('open', normalized(g, convOperator(x, g.overridable('k', random(6, [2, 2, 1, 1]))), 2, 7));
    g.output('folded', normalized(g, convOperator(x, kernel), 2, 8));
    const graph = g.build();
    const folded = foldBatchNorm(graph);
    const count = ({ nodes }: Graph): number =>
      nodes.filter(({ opType }) => opType === 'BatchNormalization').length;
    expect([count(graph), count(folded)]).toEqual([5, 4]);
    expect(folded.inputs).toEqual(graph.inputs);
    // The kernel is still that of the others.
    expect(folded.initializers.get('kernel')).toBe(graph.initializers.get('kernel'));
    const feeds = { x: random(11, [1, 2, 4, 5]), w: random(12, [2, 2, 1, 1]) };
    const [before, after] = [runGraph(graph, feeds), runGraph(folded, feeds)];
    for (const { name } of graph.outputs) expect(difference(before[name], after[name])).toBeLessThan(1e-5);
  });
});
