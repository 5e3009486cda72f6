import { expect, test } from 'vitest';
import { hostTensor } from '@oddpixel/contract';
import { runGraph } from '../reference/index.ts';
import { GraphBuilder, mul, relu } from './index.ts';

const x = hostTensor('float32', [2, 3], Float32Array.of(-1, 2, -3, 4, -5, 6));

test('a result takes the name of its output everywhere, without a copy', () => {
  const g = new GraphBuilder();
  const positive = relu(g.input('x', 'float32', [2, 3]));
  const doubled = mul(positive, 2);
  g.output('positive', positive);
  g.output('doubled', doubled);
  const graph = g.build();
  expect(graph.nodes.map(({ opType, outputs }) => [opType, outputs])).toEqual([
    ['Relu', ['positive']],
    ['Mul', ['doubled']],
  ]);
  expect(runGraph(graph, { x })['doubled']?.data).toEqual(Float32Array.of(0, 4, 0, 8, 0, 12));
});

test('inputs, constants and a result with two names are copied', () => {
  const g = new GraphBuilder();
  const input = g.input('x', 'float32', [2, 3]);
  const positive = relu(input);
  g.output('same', input);
  g.output('fixed', g.constant([1, 2]));
  g.output('first', positive);
  g.output('second', positive);
  const graph = g.build();
  expect(graph.nodes.map(({ opType, outputs }) => `${opType} ${outputs}`).sort()).toEqual([
    'Identity fixed',
    'Identity same',
    'Identity second',
    'Relu first',
  ]);
  const { same, fixed, first, second } = runGraph(graph, { x });
  expect(same?.data).toEqual(x.data);
  expect(fixed?.data).toEqual(Float32Array.of(1, 2));
  expect(second?.data).toEqual(first?.data);
});

test('a builder used further after build gives the same values', () => {
  const g = new GraphBuilder();
  const positive = relu(g.input('x', 'float32', [2, 3]));
  g.output('positive', positive);
  g.build();
  g.output('tripled', mul(positive, 3));
  const { positive: before, tripled } = runGraph(g.build(), { x });
  expect(before?.data).toEqual(Float32Array.of(0, 2, 0, 4, 0, 6));
  expect(tripled?.data).toEqual(Float32Array.of(0, 6, 0, 12, 0, 18));
});
