import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostTensor, createRandom } from '@oddpixel/contract';
import { GraphBuilder, type Graph } from '@oddpixel/graph';
import { runGraph } from '@oddpixel/graph/reference';
import { bankConstants, nearestDistance } from './nearest-distance.ts';

const dims = 24;

function distanceGraph(bank: Float32Array): Graph {
  const g = new GraphBuilder({ name: 'distance' });
  const patches = g.input('patches', 'float32', ['N', 'P', dims]);
  g.output('distance', nearestDistance(patches, bankConstants(g, bank, dims)));
  return g.build();
}

function distances(graph: Graph, patches: Float32Array, precision: 'float32' | 'float64'): number[] {
  const feeds = { patches: hostTensor('float32', [1, patches.length / dims, dims], patches) };
  return Array.from(runGraph(graph, feeds, { precision })['distance']?.data as Float32Array);
}

test('distances are Euclidean, and nearly zero distances stay nearly zero', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(0.1, 1, 30),
      (seed, rows, scale) => {
        const random = createRandom(seed);
        const draw = (count: number): Float32Array =>
          Float32Array.from({ length: count * dims }, () => scale * (random.next() * 2 - 1));
        const bank = draw(rows);
        const patches = Float32Array.from([...draw(7), ...bank.subarray(0, dims), ...new Float32Array(dims)]);
        const graph = distanceGraph(bank);
        const found = distances(graph, patches, 'float32');
        const exact = distances(graph, patches, 'float64');
        found.forEach((distance, p) => {
          const patch = patches.subarray(p * dims, (p + 1) * dims);
          let nearest = Infinity;
          for (let row = 0; row < rows; row++) {
            const sum = patch.reduce((total, v, d) => total + (v - (bank[row * dims + d] as number)) ** 2, 0);
            nearest = Math.min(nearest, Math.sqrt(sum));
          }
          const length = Math.hypot(...patch);
          if (nearest > 0.2 * length) expect(Math.abs(distance / nearest - 1)).toBeLessThan(1e-3);
          // The remembered patch, and every other: rounding moves nothing by more than this share of a patch's length.
          expect(Math.abs(distance - (exact[p] as number))).toBeLessThanOrEqual(
            2e-4 * Math.max(length, nearest),
          );
          expect(distance).not.toBeNaN();
        });
      },
    ),
  );
});

test('a coreset row has the same distance on every device', () => {
  const random = createRandom(3);
  const bank = Float32Array.from({ length: 30 * dims }, () => 5 + random.next());
  const patch = bank.slice(0, dims);
  for (const precision of ['float32', 'float64'] as const) {
    const [distance = Number.NaN] = distances(distanceGraph(bank), patch, precision);
    // The root of the same rounding error is twice as much and more.
    expect(distance).toBeLessThan(1e-4 * Math.hypot(...patch));
  }
});
