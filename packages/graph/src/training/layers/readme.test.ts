import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hostTensor, type HostTensor } from '@oddpixel/contract';
import { GraphBuilder, readGraph, reduceMean, relu, square, sub, writeGraph } from '../../index.ts';
import { runGraph } from '../../reference/index.ts';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import {
  adamW,
  batchNorm,
  buildTrainingStep,
  convLayer,
  foldBatchNorm,
  openTrainingSession,
  residual,
  sequential,
  trainableWeights,
  trainedWeights,
} from '../index.ts';

const backend = ortBackend();
const image = hostTensor(
  'float32',
  [2, 3, 16, 24],
  Float32Array.from({ length: 2304 }, (_, i) => Math.sin(i * i)),
);
/** The task: the mean of the three channels. */
const target = hostTensor(
  'float32',
  [2, 1, 16, 24],
  Float32Array.from({ length: 768 }, (_, i) => {
    const at = (channel: number): number =>
      image.data[(Math.floor(i / 384) * 3 + channel) * 384 + (i % 384)] ?? NaN;
    return (at(0) + at(1) + at(2)) / 3;
  }),
);
const batches: Record<string, HostTensor>[] = Array.from({ length: 150 }, () => ({ x: image, target }));

async function example(): Promise<{ file: Uint8Array; loss: number }> {
  // #region example
  const block = sequential(convLayer({ channels: 8, kernel: 3, bias: false }), batchNorm(), relu);
  const network = sequential(block, residual(block), convLayer({ channels: 1, kernel: 1 }));

  const g = new GraphBuilder();
  const weights = trainableWeights(g, { seed: 1 });
  const y = network(g.input('x', 'float32', ['N', 3, 16, 24]), weights);
  const loss = reduceMean(square(sub(y, g.input('target', 'float32', ['N', 1, 16, 24]))));
  const step = buildTrainingStep({ loss, ...weights, optimizer: adamW() });
  const training = await openTrainingSession(step, backend, { start: weights.start, learningRate: 0.01 });
  for (const batch of batches) await training.step(batch); // { x, target }

  const plain = new GraphBuilder();
  const x = plain.input('x', 'float32', ['N', 3, 16, 24]);
  plain.output('y', network(x, trainedWeights(plain, await training.parameters())));
  const file = writeGraph(foldBatchNorm(plain.build())); // plain ONNX: convolutions and Relu
  // #endregion
  const last = await training.loss();
  await training.dispose();
  return { file, loss: last };
}

test('the README example works', async () => {
  const { file, loss } = await example();
  const graph = readGraph(file);
  expect(new Set(graph.nodes.map(({ opType }) => opType))).toEqual(new Set(['Conv', 'Relu', 'Add']));
  const { y } = runGraph(graph, { x: image });
  const errors = target.data.map((value, i) => (Number(y?.data[i]) - value) ** 2);
  const error = errors.reduce((a, b) => a + b, 0) / errors.length;
  const variance = target.data.reduce((sum, value) => sum + value ** 2, 0) / target.data.length;
  expect(loss).toBeLessThan(0.1 * variance);
  expect(error).toBeLessThan(0.1 * variance);
});

test('the README shows this example', () => {
  const test = readFileSync(new URL('readme.test.ts', import.meta.url), 'utf8');
  const region = /\/\/ #region example\n(.*?) *\/\/ #endregion/s.exec(test)?.[1] ?? 'no region';
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(region.replaceAll(/^ {2}/gm, ''));
});
