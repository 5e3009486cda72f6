import { describe, expect, test } from 'vitest';
import { hostTensor, ParameterError, UnsupportedOperatorError, type HostTensor } from '@oddpixel/contract';
import * as onnx from '../builder/index.ts';
import { GraphBuilder, type Value } from '../builder/index.ts';
import type { Graph } from '../ir.ts';
import { runGraph } from '../reference/index.ts';
import { gradients } from './gradients.ts';

const float = (dims: readonly number[], ...values: number[]): HostTensor<'float32'> =>
  hostTensor('float32', dims, Float32Array.from(values));

const ramp = (count: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: count }, (_, i) => (((i * 7) % 13) - 6) / 8);

const operators = (graph: Graph): string[] => graph.nodes.map(({ opType }) => opType);

function run(graph: Graph, feeds: Record<string, HostTensor>, output: string): number[] {
  // Adding 0 makes −0 a plain 0.
  return Array.from(runGraph(graph, feeds)[output]?.data as Float32Array, (value) => value + 0);
}

describe('gradients', () => {
  test('have the textbook value for a straight line', () => {
    const g = new GraphBuilder();
    const [x, t] = [g.input('x', 'float32', ['N']), g.input('t', 'float32', ['N'])];
    const [slope, offset] = [g.input('slope', 'float32', []), g.input('offset', 'float32', [])];
    const loss = onnx.reduceMean(onnx.square(onnx.sub(onnx.add(onnx.mul(x, slope), offset), t)));
    const [ofSlope, ofOffset] = gradients(loss, [slope, offset]) as [Value, Value];
    g.output('ofSlope', ofSlope);
    g.output('ofOffset', ofOffset);
    const graph = g.build();
    const feeds = {
      x: float([3], 1, 2, 3),
      t: float([3], 2, 2, 5),
      slope: float([], 1),
      offset: float([], 1),
    };
    // Errors are 0, 1, −1: 2/3 · Σ error · x and 2/3 · Σ error.
    expect(run(graph, feeds, 'ofSlope')[0]).toBeCloseTo((2 / 3) * (2 - 3), 6);
    expect(run(graph, feeds, 'ofOffset')[0]).toBeCloseTo(0, 6);
  });

  test('add up over several uses of a value', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [2]);
    const y = onnx.mul(x, 3);
    const loss = onnx.reduceSum(onnx.add(onnx.mul(y, y), onnx.add(y, x)));
    const [ofX, ofY] = gradients(loss, [x, y]) as [Value, Value];
    g.output('ofX', ofX);
    g.output('ofY', ofY);
    const graph = g.build();
    expect(run(graph, { x: float([2], 1, -2) }, 'ofY')).toEqual([2 * 3 + 1, 2 * -6 + 1]);
    expect(run(graph, { x: float([2], 1, -2) }, 'ofX')).toEqual([3 * 7 + 1, 3 * -11 + 1]);
  });

  test('can be differentiated again', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [3]);
    const [first] = gradients(onnx.reduceSum(onnx.pow(x, 3)), [x]) as [Value];
    const [second] = gradients(onnx.reduceSum(onnx.mul(first, x)), [x]) as [Value];
    g.output('second', second);
    // d/dx (3x² · x) = 9x².
    expect(run(g.build(), { x: float([3], 1, 2, -1) }, 'second')).toEqual([9, 36, 9]);
  });

  test('are built only for the path to a parameter', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', ['N', 3, 6, 8]);
    const kernel = g.input('kernel', 'float32', [4, 3, 3, 3]);
    const frozen = g.input('frozen', 'float32', [5, 4, 3, 3]);
    const before = g.nodes.length;
    const loss = onnx.reduceSum(onnx.conv(onnx.relu(onnx.conv(x, kernel)), frozen));
    const forward = g.nodes.length;
    const [gradient] = gradients(loss, [kernel]) as [Value];
    g.output('gradient', gradient);
    const graph = g.build();
    // Nothing that was added is dropped again (forward nodes after the last activation are not needed).
    expect(graph.nodes.length).toBeGreaterThan(0);
    const kept = new Set(graph.nodes.map(({ name }) => name));
    const unused = g.nodes.slice(forward, -1).filter(({ name }) => !kept.has(name));
    expect(unused).toEqual([]);
    expect(before).toBe(0);
    // The image's gradient would need a second transposed pass, the frozen kernel's another product.
    expect(operators(graph).filter((name) => name === 'MatMul')).toHaveLength(1);
  });

  test('do not pass through conditions, indices and rounding', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [3]);
    const loss = onnx.reduceSum(
      onnx.mul(onnx.mul(x, onnx.sign(x)), onnx.cast(onnx.greater(x, 0), 'float32')),
    );
    const [gradient] = gradients(loss, [x]) as [Value];
    g.output('gradient', gradient);
    expect(run(g.build(), { x: float([3], 1, 2, -1) }, 'gradient')).toEqual([1, 1, 0]);
  });

  test('have the shape of the parameter if everything was broadcast', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', ['N', 2]);
    const loss = onnx.reduceSum(onnx.add(x, g.constant([1, 2])));
    const [gradient] = gradients(loss, [x]) as [Value];
    expect(gradient.dims).toEqual(['N', 2]);
    g.output('gradient', gradient);
    expect(run(g.build(), { x: float([2, 2], 1, 2, 3, 4) }, 'gradient')).toEqual([1, 1, 1, 1]);
  });

  test('go entirely to the first of equal maxima, and in equal shares in a reduction', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [1, 1, 2, 2]);
    const [pooled] = gradients(onnx.reduceSum(onnx.maxPool(x, [2, 2])), [x]) as [Value];
    const [reduced] = gradients(onnx.reduceMax(x), [x]) as [Value];
    g.output('pooled', pooled);
    g.output('reduced', reduced);
    const graph = g.build();
    const feeds = { x: float([1, 1, 2, 2], 0, 7, 7, 1) };
    expect(run(graph, feeds, 'pooled')).toEqual([0, 1, 0, 0]);
    expect(run(graph, feeds, 'reduced')).toEqual([0, 0.5, 0.5, 0]);
  });

  test('keep half precision', () => {
    const build = (dtype: 'float16' | 'float32'): number[] => {
      const g = new GraphBuilder();
      const x = g.input('x', 'float32', [1, 2, 4, 6]);
      const half = onnx.cast(x, dtype);
      const kernel = onnx.cast(g.constant(hostTensor('float32', [2, 2, 3, 3], ramp(36))), dtype);
      const y = onnx.maxPool(onnx.conv(half, kernel, undefined, { pads: [1, 1, 1, 1] }), [3, 3], {
        strides: [2, 2],
        pads: [1, 1, 1, 1],
      });
      const loss = onnx.reduceSum(
        onnx.averagePool(onnx.resize(onnx.square(y), 3, 5), [2, 2], { pads: [1, 0, 0, 0] }),
      );
      const [ofHalf, ofX] = gradients(loss, [half, x]) as [Value, Value];
      expect(ofHalf.dtype).toBe(dtype);
      g.output('gradient', ofX);
      return run(g.build(), { x: hostTensor('float32', [1, 2, 4, 6], ramp(48)) }, 'gradient');
    };
    const [half, single] = [build('float16'), build('float32')];
    const largest = Math.max(...single.map(Math.abs));
    half.forEach((value, i) => expect(Math.abs(value - (single[i] ?? NaN))).toBeLessThan(0.02 * largest));
  });

  test('throw an error that names the operator and the node without a rule', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [2]);
    const y = g.node('Softsign', [x])[0] as Value;
    expect(() => gradients(onnx.reduceSum(y), [x])).toThrow(UnsupportedOperatorError);
    expect(() => gradients(onnx.reduceSum(y), [x])).toThrow(/Softsign \(node `softsign`\).*no gradient rule/);
  });

  test('refuse operator forms that a rule does not cover', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [1, 2, 'H', 'W']);
    const kernel = g.constant(float([1, 2, 1, 1], 1, 2));
    const strided = onnx.reduceSum(onnx.conv(x, kernel, undefined, { strides: [2, 2] }));
    expect(() => gradients(strided, [x])).toThrow(/known image size where the stride is 2/);
    const plain = gradients(onnx.reduceSum(onnx.conv(x, kernel)), [x]);
    expect(plain).toHaveLength(1);
  });

  test('refuse a loss of several elements and a parameter without influence', () => {
    const g = new GraphBuilder();
    const [x, y] = [g.input('x', 'float32', [2]), g.input('y', 'float32', [2])];
    expect(() => gradients(x, [x])).toThrow(/reduceMean/);
    expect(() => gradients(onnx.reduceSum(x), [y])).toThrow(ParameterError);
    expect(() => gradients(onnx.reduceSum(x), [new GraphBuilder().input('x', 'float32', [2])])).toThrow(
      /another builder/,
    );
    expect(() => gradients(onnx.reduceSum(onnx.floor(x)), [x])).toThrow(/not smoothly/);
  });
});
