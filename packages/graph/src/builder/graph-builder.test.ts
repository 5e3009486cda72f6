import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { hostTensor, type HostTensor } from '@oddpixel/contract';
import { writeGraph } from '../codec/graph-codec.ts';
import type { Graph } from '../ir.ts';
import {
  add,
  argMin,
  averagePool,
  cast,
  concat,
  conv,
  convTranspose,
  div,
  expand,
  GraphBuilder,
  gather,
  gemm,
  greaterOrEqual,
  leakyRelu,
  matmul,
  maxPool,
  mul,
  pad,
  range,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceSum,
  relu,
  reshape,
  resize,
  shapeOf,
  slice,
  softmax,
  split,
  sqrt,
  squeeze,
  sub,
  transpose,
  unsqueeze,
  where,
  clip,
  gelu,
} from './index.ts';

const opsets = [17, 18, 19, 20, 21, 22, 23];

function float(dims: readonly number[], values?: readonly number[]): HostTensor<'float32'> {
  const count = dims.reduce((a, b) => a * b, 1);
  return hostTensor(
    'float32',
    dims,
    Float32Array.from(values ?? Array.from({ length: count }, (_, i) => ((i * 7) % 11) - 5)),
  );
}

/** Runs a graph in ONNX Runtime and checks that the declared shapes are the real ones. */
async function run(graph: Graph, feeds: Record<string, HostTensor>): Promise<Record<string, ort.Tensor>> {
  const session = await ort.InferenceSession.create(writeGraph(graph), { logSeverityLevel: 3 });
  const tensors = Object.entries(feeds).map(([name, t]) => [
    name,
    new ort.Tensor(t.dtype as 'float32', t.data as Float32Array, t.dims),
  ]);
  const results = await session.run(Object.fromEntries(tensors) as Record<string, ort.Tensor>);
  for (const { name, dims } of graph.outputs) {
    dims.forEach((dim, axis) => {
      if (typeof dim === 'number') expect(results[name]?.dims[axis], `${name} axis ${axis}`).toBe(dim);
    });
  }
  await session.release();
  return results as Record<string, ort.Tensor>;
}

const data = (tensor: ort.Tensor | undefined): number[] => Array.from(tensor?.data as Float32Array);

describe.each(opsets)('GraphBuilder at opset %i', (opset) => {
  test('computes distances to a bank as its formula says', async () => {
    const g = new GraphBuilder({ opset });
    const x = g.input('x', 'float32', ['N', 2]);
    const bank = float([3, 2], [0, 0, 3, 4, -1, 1]);
    const rows = g.constant(bank);
    const squares = reduceSum(mul(rows, rows), [1]);
    const xx = reduceSum(mul(x, x), [1], { keepDims: true });
    const distance = sqrt(relu(add(sub(xx, mul(2, matmul(x, transpose(rows, [1, 0])))), squares)));
    g.output('nearest', reduceMin(distance, [1]));
    g.output('index', argMin(distance, 1));
    const results = await run(g.build(), { x: float([2, 2], [3, 3, 0, 1]) });
    expect(data(results['nearest'])).toEqual([1, 1]);
    expect(Array.from(results['index']?.data as BigInt64Array)).toEqual([1n, 0n]);
  });

  test('infers the shapes of image operators for non-square images', async () => {
    const g = new GraphBuilder({ opset });
    const x = g.input('x', 'float32', ['N', 2, 6, 10]);
    const k = g.constant(float([4, 2, 3, 3]));
    const y = conv(x, k, g.constant(float([4])), { strides: [2, 2], pads: [1, 1, 1, 1] });
    g.output('conv', y);
    g.output('pool', averagePool(y, [3, 3], { pads: [1, 1, 1, 1] }));
    g.output('max', maxPool(y, [2, 2], { strides: [1, 2] }));
    g.output('up', resize(y, 6, 10));
    g.output('near', resize(y, 9, 5, 'nearest'));
    g.output('back', convTranspose(y, g.constant(float([4, 1, 2, 2])), undefined, { strides: [2, 2] }));
    g.output('padded', pad(y, [0, 0, 1, 2, 0, 0, 1, 2], 'reflect'));
    g.output('mean', reduceMean(y, [2, 3]));
    g.output('most', reduceMax(y, [1], { keepDims: true }));
    const graph = g.build();
    const results = await run(graph, { x: float([3, 2, 6, 10]) });
    expect(graph.outputs.every(({ dims }) => dims[0] === 'N')).toBe(true);
    expect(results['conv']?.dims).toEqual([3, 4, 3, 5]);
  });

  test('moves values with the shape operators', async () => {
    const g = new GraphBuilder({ opset });
    const x = g.input('x', 'float32', ['N', 3, 4]);
    const [a, b] = split(x, 2, [1, 3]);
    g.output(
      'joined',
      concat(
        [b, a].filter((v) => v !== undefined),
        2,
      ),
    );
    g.output('part', slice(x, { axis: 1, start: 1 }, { axis: 2, start: -3, end: -1 }));
    g.output('flat', reshape(x, [0, -1]));
    g.output('picked', gather(x, g.integers([2, 0]), 1));
    g.output('wide', expand(g.constant(float([1, 3])), [2, 3]));
    g.output('same', squeeze(unsqueeze(x, [1]), [1]));
    g.output('chosen', where(greaterOrEqual(x, 0), x, -1));
    g.output('clipped', clip(x, -2, 2));
    g.output('soft', softmax(leakyRelu(x, 0.1), 1));
    g.output('smooth', gelu(x));
    const zero = g.constant(hostTensor('int64', [], BigInt64Array.of(0n)));
    const one = g.constant(hostTensor('int64', [], BigInt64Array.of(1n)));
    g.output('counted', cast(range(zero, gather(shapeOf(x), zero), one), 'float32'));
    const input = float([2, 3, 4]);
    const results = await run(g.build(), { x: input });
    expect(data(results['flat'])).toEqual([...input.data]);
    expect(data(results['same'])).toEqual([...input.data]);
    expect(data(results['joined']).slice(0, 4)).toEqual([2, -2, 5, -5]);
    // Rows 1 and 2, columns 1 and 2 of each 3×4 plane.
    const part = [5, 6, 9, 10, 17, 18, 21, 22];
    expect(data(results['part'])).toEqual(part.map((i) => input.data[i]));
    expect(data(results['counted'])).toEqual([0, 1]);
    expect(data(results['chosen']).every((v) => v >= -1)).toBe(true);
  });

  test('gives every node a unique name, even beside an embedded graph', () => {
    const inner = new GraphBuilder();
    const start = inner.input('in', 'float32', [2]);
    inner.output('out', inner.named('kept', mul(mul(mul(start, 2), 3), 4)));
    const g = new GraphBuilder();
    const { out } = g.embed(inner.build(), { in: g.input('x', 'float32', [2]) }, '');
    if (out === undefined) throw new TypeError('no output');
    g.output('y', mul(mul(mul(out, 5), 6), 7));
    const names = g.build().nodes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test('embeds a graph of an older opset', async () => {
    const inner = new GraphBuilder({ opset: 17, name: 'inner' });
    const i = inner.input('in', 'float32', ['N', 4]);
    inner.output('out', reduceMean(i, [1]));
    const g = new GraphBuilder({ opset });
    const x = g.input('x', 'float32', ['N', 4]);
    const first = g.embed(inner.build(), { in: x });
    const second = g.embed(inner.build(), { in: div(x, 2) });
    g.output('sum', add(first['out'] as typeof x, second['out'] as typeof x));
    expect(data((await run(g.build(), { x: float([1, 4], [1, 2, 3, 6]) }))['sum'])).toEqual([4.5]);
  });
});

describe('GraphBuilder', () => {
  test('refuses operands that do not fit as soon as they are used', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', ['N', 3]);
    expect(() => matmul(x, g.constant(float([4, 2])))).toThrow(/inner dimensions differ.*float32 \[N,3\]/);
    expect(() => add(x, g.constant(float([4])))).toThrow(/broadcast/);
    expect(() => g.input('x', 'float32', [1])).toThrow(/taken/);
    expect(() => add(x, new GraphBuilder().input('y', 'float32', [3]))).toThrow(/another builder/);
    expect(() => new GraphBuilder({ opset: 16 })).toThrow(/17 to 23/);
    expect(() => gemm(x, g.constant(float([2, 4])))).toThrow(/inner/);
  });

  test('leaves out nodes that no output needs', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [2]);
    mul(x, 3);
    g.output('y', add(x, 1));
    const graph = g.build();
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(['Add']);
    expect(graph.initializers.size).toBe(1);
  });
});
