/** Values, types and shapes. */
import { hostTensor, type DType, type DTypeArrays, type HostTensor } from '@oddpixel/contract';
import { runGraph } from '@oddpixel/graph/reference';
import { writeGraph, type Graph } from '@oddpixel/graph';
import type { ConformanceCase } from './case.ts';
import { check, checkTensor } from './check.ts';
import { floats, nearestGraph, overflowGraph, pictureGraph, same, twoOutputs } from './graphs.ts';

/** The outputs are those of the reference interpreter. */
const likeReference = (
  name: string,
  graph: Graph,
  makeFeeds: () => Record<string, HostTensor>,
): ConformanceCase => ({
  name,
  async run({ backend }): Promise<void> {
    const feeds = makeFeeds();
    const session = await backend.createSession(writeGraph(graph));
    const outputs = await session.run(feeds);
    const expected = runGraph(graph, feeds);
    check(
      Object.keys(outputs).length === Object.keys(expected).length,
      'all outputs are returned, and no other',
    );
    for (const [output, tensor] of Object.entries(expected)) checkTensor(outputs[output], tensor, output);
  },
});

const samples: { readonly [T in DType]: DTypeArrays[T] } = {
  float32: Float32Array.of(0, -1.5, 3.25e-20, 7e20, 1, 2),
  float64: Float64Array.of(0, -1.5, 1e-200, 1e200, Math.PI, 2),
  // 0, 1, −2, 65504 (the largest), the smallest subnormal, ½.
  float16: Uint16Array.of(0, 0x3c00, 0xc000, 0x7bff, 1, 0x3800),
  int8: Int8Array.of(-128, -1, 0, 1, 2, 127),
  uint8: Uint8Array.of(0, 1, 2, 127, 128, 255),
  int16: Int16Array.of(-32_768, -1, 0, 1, 2, 32_767),
  uint16: Uint16Array.of(0, 1, 2, 3, 32_768, 65_535),
  int32: Int32Array.of(-2_147_483_648, -1, 0, 1, 2, 2_147_483_647),
  uint32: Uint32Array.of(0, 1, 2, 3, 2_147_483_648, 4_294_967_295),
  int64: BigInt64Array.of(-(2n ** 63n), -1n, 0n, 1n, 2n ** 53n + 1n, 2n ** 63n - 1n),
  uint64: BigUint64Array.of(0n, 1n, 2n, 3n, 2n ** 63n, 2n ** 64n - 1n),
  bool: Uint8Array.of(0, 1, 1, 0, 1, 0),
};

const dtypeCases = (Object.keys(samples) as DType[]).map((dtype): ConformanceCase => ({
  name: `values: ${dtype} tensors pass unchanged`,
  needs: { dtype },
  async run({ backend }): Promise<void> {
    const session = await backend.createSession(writeGraph(same(dtype, ['N', 3])));
    const x = hostTensor(dtype, [2, 3], samples[dtype].slice() as DTypeArrays[typeof dtype]);
    checkTensor((await session.run({ x }))['y'], x, dtype);
  },
}));

export const valueCases: readonly ConformanceCase[] = [
  likeReference('values: arithmetic broadcasts', twoOutputs(), () => ({
    x: floats([2, 3], [1, -2, 3, 0.5, 0, -7]),
  })),
  likeReference(
    'values: convolution, pooling and resizing of a picture that is not square',
    pictureGraph(),
    () => ({
      x: floats([2, 2, 6, 10], (i) => ((i * 31) % 23) / 23 - 0.3),
    }),
  ),
  likeReference('values: nearest neighbours by matrix product', nearestGraph(), () => ({
    x: floats([2, 5, 4], (i) => ((i * 5) % 9) / 9),
  })),
  {
    name: 'values: NaN and infinities are neither lost nor made',
    async run({ backend }): Promise<void> {
      const session = await backend.createSession(writeGraph(same('float32', ['N'])));
      const x = floats([5], [Number.NaN, Infinity, -Infinity, 0, 1]);
      checkTensor((await session.run({ x }))['y'], x, 'special numbers');
    },
  },
  likeReference('values: NaN and infinities that a graph makes are handed on', overflowGraph(), () => ({
    x: floats([2, 3], [1e30, -1e30, -1, 0, 1, 4]),
  })),
  ...dtypeCases,
  {
    name: 'shapes: a scalar is a tensor without dimensions',
    async run({ backend }): Promise<void> {
      const session = await backend.createSession(writeGraph(same('float32', [])));
      const x = floats([], [2.5]);
      checkTensor((await session.run({ x }))['y'], x, 'scalar');
    },
  },
  {
    name: 'shapes: one session takes batches of any size',
    async run({ backend }): Promise<void> {
      const graph = twoOutputs();
      const session = await backend.createSession(writeGraph(graph));
      for (const count of [1, 4, 2]) {
        const x = floats([count, 3], (i) => i - 2);
        const expected = runGraph(graph, { x });
        const outputs = await session.run({ x });
        for (const [name, tensor] of Object.entries(expected))
          checkTensor(outputs[name], tensor, `batch of ${count}`);
      }
    },
  },
  {
    name: 'shapes: a session states names, types and dynamic sizes of inputs and outputs',
    async run({ backend }): Promise<void> {
      const { inputs, outputs } = await backend.createSession(writeGraph(pictureGraph()));
      const [x] = inputs;
      check(inputs.length === 1 && x?.name === 'x' && x.dtype === 'float32', 'the input is `x`, float32');
      check(typeof x.dims[0] === 'string', 'a dynamic size is a name');
      check(x.dims.slice(1).join() === '2,6,10', 'fixed sizes are numbers');
      check(
        outputs.map(({ name }) => name).join() === 'features,enlarged',
        'outputs come in the order of the graph',
      );
    },
  },
  {
    name: 'outputs: only those requested are returned',
    async run({ backend }): Promise<void> {
      const session = await backend.createSession(writeGraph(twoOutputs()));
      const x = floats([1, 3], [1, 2, 3]);
      const some = await session.run({ x }, { outputs: ['shifted'] });
      check(Object.keys(some).join() === 'shifted', 'one output was asked for, one is returned');
      checkTensor(some['shifted'], floats([1, 3], [2, 4, 6]), 'shifted');
      check(
        Object.keys(await session.run({ x }))
          .sort()
          .join() === 'doubled,shifted',
        'without a list all are returned',
      );
    },
  },
];
