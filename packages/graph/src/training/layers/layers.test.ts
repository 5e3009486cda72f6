/** Gradients, sizes, names and start values of every layer. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ParameterError } from '@oddpixel/contract';
import { gelu, GraphBuilder, relu, type Dim, type Value } from '../../index.ts';
import {
  deviationFromDifferences,
  deviationOfRuntime,
  differenceTolerance,
  runtimeTolerance,
} from '../../../test/gradient-check.ts';
import {
  batchNorm,
  convLayer,
  convTransposeLayer,
  depthwiseConvLayer,
  glorot,
  he,
  linear,
  named,
  residual,
  sequential,
  trainableWeights,
  type Layer,
  type TrainableWeights,
  type Weights,
} from './index.ts';

function applied(layer: Layer, dims: readonly Dim[]): { y: Value; weights: TrainableWeights } {
  const g = new GraphBuilder();
  const weights = trainableWeights(g, { seed: 4 });
  return { y: layer(g.input('x', 'float32', dims), weights), weights };
}

/** Parameters in the order in which they are requested; running statistics as constants that nothing reads. */
function inOrder(builder: GraphBuilder, parameters: readonly Value[]): Weights {
  let next = 0;
  const weights: Weights = {
    training: true,
    parameter: () => parameters[next++] as Value,
    running: (_name, _dims, start) => ({ value: builder.constant(start), become: () => {} }),
    within: () => weights,
  };
  return weights;
}

const shape = ['N', 4, 5, 6] as const;
const layers: Readonly<Record<string, readonly [Layer, readonly Dim[]]>> = {
  'conv, strided': [convLayer({ channels: 3, kernel: 3, stride: 2 }), shape],
  'conv, even kernel, not square': [convLayer({ channels: 2, kernel: [2, 4], stride: [1, 2] }), shape],
  depthwiseConv: [depthwiseConvLayer({ kernel: 3, stride: [2, 1] }), shape],
  convTranspose: [convTransposeLayer({ channels: 3, kernel: 4, stride: 2 }), shape],
  'convTranspose, not square': [convTransposeLayer({ channels: 3, kernel: [3, 2], stride: [2, 1] }), shape],
  linear: [linear({ outputs: 3 }), ['N', 2, 4]],
  batchNorm: [batchNorm({ epsilon: 0.01 }), shape],
  'batchNorm of rows': [batchNorm({ epsilon: 0.01 }), ['N', 5]],
  'residual with a shortcut': [
    residual(
      sequential(convLayer({ channels: 3, kernel: 3, bias: false }), batchNorm({ epsilon: 0.01 }), gelu),
      convLayer({ channels: 3, kernel: 1 }),
    ),
    shape,
  ],
};

describe('the gradients', () => {
  test.each(Object.entries(layers))('of %s', async (_, [layer, dims]) => {
    const { weights } = applied(layer, dims);
    const sizes = dims.map((dim) => (typeof dim === 'number' ? dim : ([dim, 3] as const)));
    const gradientCase = {
      inputs: [sizes, ...weights.parameters.map((parameter) => parameter.dims.map(Number))],
      build: (x: Value, ...parameters: Value[]) => layer(x, inOrder(x.builder, parameters)),
      seed: 5,
    };
    expect(deviationFromDifferences(gradientCase)).toBeLessThan(differenceTolerance);
    expect(await deviationOfRuntime(gradientCase)).toBeLessThan(runtimeTolerance);
  });
});

const size = fc.integer({ min: 1, max: 5 });

test('a convolution divides the size by its stride, and a transposed convolution multiplies it', () => {
  fc.assert(
    fc.property(fc.tuple(size, size), fc.tuple(size, size), fc.tuple(size, size), (extra, stride, places) => {
      const kernel = [extra[0] + stride[0] - 1, extra[1] + stride[1] - 1] as const;
      const sizes = places.map((n, axis) => n * (stride[axis] ?? 1));
      const options = { channels: 7, kernel, stride };
      expect(applied(convLayer(options), [2, 3, ...sizes]).y.dims).toEqual([2, 7, ...places]);
      expect(applied(depthwiseConvLayer(options), ['N', 3, ...sizes]).y.dims).toEqual(['N', 3, ...places]);
      expect(applied(convTransposeLayer(options), ['N', 3, ...places]).y.dims).toEqual(['N', 7, ...sizes]);
    }),
  );
  expect(applied(convLayer({ channels: 1, kernel: 3, stride: 2 }), [1, 1, 7, 9]).y.dims).toEqual([
    1, 1, 4, 5,
  ]);
});

test.each([
  [() => convLayer({ channels: 2, kernel: 2, stride: [1, 3] }), /`kernel`, received 2 × 2/],
  [() => depthwiseConvLayer({ kernel: 1.5 }), /`kernel`/],
  [() => convTransposeLayer({ channels: 2, kernel: 2, stride: 0 }), /`stride`/],
  [() => applied(convLayer({ channels: 2, kernel: 3 }), ['N', 'C', 5, 6]), /known at axis 1/],
  [() => applied(linear({ outputs: 2 }), ['N', 'D']), /known at axis -1/],
])('%s is refused', (make, message) => {
  expect(make).toThrow(ParameterError);
  expect(make).toThrow(message);
});

test('weights are named after their place in the network', () => {
  const block = sequential(convLayer({ channels: 4, kernel: 3, bias: false }), batchNorm());
  const network = sequential(
    named('encoder', sequential(block, relu, residual(block))),
    named('encoder', convLayer({ channels: 1, kernel: 1 })),
    linear({ outputs: 2 }),
  );
  const { weights } = applied(network, shape);
  expect(weights.parameters.map(({ name }) => name)).toEqual([
    'encoder/conv/kernel',
    'encoder/batchNorm/scale',
    'encoder/batchNorm/bias',
    'encoder/residual/conv/kernel',
    'encoder/residual/batchNorm/scale',
    'encoder/residual/batchNorm/bias',
    'encoder_1/conv/kernel',
    'encoder_1/conv/bias',
    'linear/matrix',
    'linear/bias',
  ]);
  const carried = weights.carried.map(([{ name }]) => name);
  expect(carried.slice(0, 3)).toEqual([
    'encoder/batchNorm/seen',
    'encoder/batchNorm/mean',
    'encoder/batchNorm/variance',
  ]);
  const all = [...weights.parameters.map(({ name }) => name), ...carried];
  expect(Object.keys(weights.start).sort()).toEqual(all.sort());
});

describe('start values', () => {
  const start = (layer: Layer, dims: readonly Dim[], seed: number): Record<string, number[]> => {
    const g = new GraphBuilder();
    const weights = trainableWeights(g, { seed });
    layer(g.input('x', 'float32', dims), weights);
    return Object.fromEntries(Object.entries(weights.start).map(([name, { data }]) => [name, [...data]]));
  };
  const moments = (values: readonly number[]): [mean: number, variance: number] => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return [mean, values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length];
  };
  // Of 10,000 uniform numbers the variance is off by 1 %, three times as much is rare.
  test.each([
    ['He, conv', convLayer({ channels: 64, kernel: [3, 5] }), ['N', 16, 9, 8], 2 / (16 * 15)],
    ['He, depthwise', depthwiseConvLayer({ kernel: 5 }), ['N', 400, 9, 8], 2 / 25],
    [
      'He, transposed',
      convTransposeLayer({ channels: 16, kernel: [4, 6], stride: 2 }),
      ['N', 32, 9, 8],
      2 / (32 * 6),
    ],
    ['Glorot, linear', linear({ outputs: 80 }), ['N', 128], 2 / 208],
    ['Glorot, conv', convLayer({ channels: 32, kernel: 3, start: glorot }), ['N', 40, 9, 8], 2 / (72 * 9)],
    ['He, linear', linear({ outputs: 80, start: he }), ['N', 128], 2 / 128],
  ] as const)('have the variance of %s', (_, layer, dims, variance) => {
    const [[name, values = []] = ['', []]] = Object.entries(start(layer, dims, 1));
    expect(name).toMatch(/kernel|matrix/);
    const [mean, measured] = moments(values);
    expect(Math.abs(mean)).toBeLessThan(0.03 * Math.sqrt(variance));
    expect(Math.abs(measured / variance - 1)).toBeLessThan(0.03);
  });

  test('depend on the seed', () => {
    const layer = convLayer({ channels: 2, kernel: 3 });
    expect(start(layer, shape, 1)).toEqual(start(layer, shape, 1));
    expect(start(layer, shape, 1)).not.toEqual(start(layer, shape, 2));
    expect(start(layer, shape, 1)['conv/bias']).toEqual([0, 0]);
  });

  test('of a residual layer make it the identity at first', () => {
    expect(start(batchNorm({ scale: 0 }), ['N', 2, 3, 4], 1)).toEqual({
      'batchNorm/scale': [0, 0],
      'batchNorm/bias': [0, 0],
      'batchNorm/mean': [0, 0],
      'batchNorm/variance': [1, 1],
      'batchNorm/seen': [0],
    });
  });
});
