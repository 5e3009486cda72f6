import { hostTensor } from '@oddpixel/contract';
import { add, GraphBuilder, identity } from '../builder/index.ts';
import { readGraph } from './graph-codec.ts';
import { referenceBackend } from '../reference/index.ts';
import { expect, test } from 'vitest';
import { oneNodeModel } from './one-node-model.ts';

const x = hostTensor('float32', [2, 3], Float32Array.of(1, -2, 0.5, 3, 4, -5));

test.each([
  ['Add', Array.from(x.data, (value) => 2 * value)],
  ['Identity', [...x.data]],
] as const)('a model of one %s node equals that of the graph builder, and runs', async (opType, wanted) => {
  const dims = ['d0', 'd1'];
  const bytes = oneNodeModel(opType, { dtype: 'float32', dims });
  const g = new GraphBuilder({ name: opType, opset: 17 });
  const input = g.input('x', 'float32', dims);
  g.output('y', opType === 'Add' ? add(input, input) : identity(input));
  const named = g.build();
  const built = { ...named, nodes: named.nodes.map((node) => ({ ...node, name: opType })) };
  expect(readGraph(bytes)).toEqual(built);
  const backend = await referenceBackend().open();
  const session = await backend.createSession(bytes);
  const { y } = await session.run({ x });
  expect(y).toEqual(hostTensor('float32', [2, 3], Float32Array.from(wanted)));
  await session.dispose();
  await backend.dispose();
});
