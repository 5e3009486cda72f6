import fc from 'fast-check';
import { expect, test } from 'vitest';
import { disjointSets } from './disjoint-sets.ts';

test('numbers are in one set exactly if a chain of unions joins them, and the smallest of them represents the set', () => {
  const pairs = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 40 });
  fc.assert(
    fc.property(pairs, (unions) => {
      const sets = disjointSets();
      // The plainest way: a label for each number, rewritten at every union.
      const labels = Array.from({ length: 31 }, (_, i) => i);
      for (const [a, b] of unions) {
        sets.unite(a, b);
        const [x, y] = [labels[a] as number, labels[b] as number];
        labels.forEach((label, i) => label === Math.max(x, y) && (labels[i] = Math.min(x, y)));
      }
      expect(labels.map((_, i) => sets.first(i))).toEqual(labels);
    }),
  );
});
