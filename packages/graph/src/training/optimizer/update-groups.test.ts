import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GraphBuilder, mul, type Value } from '../../index.ts';
import { hostTensor } from '@oddpixel/contract';
import { runGraph } from '../../reference/index.ts';
import { join, unpackInputs, updateGroups } from './update-groups.ts';

const shapes = fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 3 }), {
  minLength: 1,
  maxLength: 5,
});

test('parameters leave their vector in their shapes and return to it in the same order', () => {
  fc.assert(
    fc.property(shapes, (all) => {
      const g = new GraphBuilder();
      const values = all.map((dims, i) => g.input(`p${i}`, 'float32', dims));
      const doubled = values.map((value) => mul(value, 2));
      doubled.forEach((value, i) => g.output(`q${i}`, value));
      const groups = updateGroups(values, () => 0);
      expect(groups).toHaveLength(1);
      const counts = groups[0]?.counts ?? [];
      const size = counts.reduce((a, b) => a + b, 0);
      unpackInputs(g.input('vector', 'float32', [size]), values, counts);
      g.output('joined', join(doubled));
      const graph = g.build();
      expect(graph.inputs.map(({ name }) => name)).toEqual(['vector']);
      const numbers = Float32Array.from({ length: size }, (_, i) => i);
      const results = runGraph(graph, { vector: hostTensor('float32', [size], numbers) });
      const twice = Array.from(numbers, (value) => 2 * value);
      expect(Array.from(results['joined']?.data as Float32Array)).toEqual(twice);
      let start = 0;
      all.forEach((dims, i) => {
        expect(results[`q${i}`]?.dims).toEqual(dims);
        const end = start + (counts[i] ?? 0);
        expect(Array.from(results[`q${i}`]?.data as Float32Array)).toEqual(twice.slice(start, end));
        start = end;
      });
    }),
  );
});

test('each weight decay has its own vector, and no vector is too large for a device', () => {
  const g = new GraphBuilder();
  const parameters = [[3, 4], [4], [2 ** 12, 2 ** 11], [5], [2 ** 6, 2 ** 6]].map((dims, i) =>
    g.input(`p${i}`, 'float32', dims),
  );
  const decay = ({ dims }: Value): number => (dims.length > 1 ? 0.1 : 0);
  expect(updateGroups(parameters, decay)).toMatchObject([
    { weightDecay: 0.1, members: [0], counts: [12] },
    { weightDecay: 0, members: [1, 3], counts: [4, 5] },
    { weightDecay: 0.1, members: [2], counts: [2 ** 23] },
    { weightDecay: 0.1, members: [4], counts: [2 ** 12] },
  ]);
});
