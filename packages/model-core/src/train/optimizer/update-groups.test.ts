import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GraphBuilder, mul, type Value } from '../../onnx/index.ts';
import { hostTensor } from '../../contract/index.ts';
import { runGraph } from '../../onnx/reference/index.ts';
import { join, part, updateGroups } from './update-groups.ts';

const shapes = fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 3 }), {
  minLength: 1,
  maxLength: 5,
});

test('parameters come back in their shapes and with their own values', () => {
  fc.assert(
    fc.property(shapes, (all) => {
      const g = new GraphBuilder();
      const values = all.map((dims, i) => g.input(`p${i}`, 'float32', dims));
      const groups = updateGroups(values, () => 0);
      const [group] = groups;
      expect(groups).toHaveLength(1);
      part(mul(join(values), 2), values, group?.counts ?? []).forEach((value, i) => g.output(`q${i}`, value));
      let next = 0;
      const feeds = Object.fromEntries(
        all.map((dims, i) => [
          `p${i}`,
          hostTensor(
            'float32',
            dims,
            Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => next++),
          ),
        ]),
      );
      const results = runGraph(g.build(), feeds);
      all.forEach((dims, i) => {
        expect(results[`q${i}`]?.dims).toEqual(dims);
        const expected = Array.from(feeds[`p${i}`]?.data ?? [], (value) => 2 * value);
        expect(Array.from(results[`q${i}`]?.data as Float32Array)).toEqual(expected);
      });
    }),
  );
});

test('each weight decay has a vector of its own, and none is too large for a device', () => {
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
