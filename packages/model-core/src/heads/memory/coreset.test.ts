import { describe, expect, test } from 'vitest';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import { selectCoreset } from './coreset.ts';
import { patchStore, type PatchStore } from '../../train/patch-store.ts';
import { createRandom } from '@oddpixel/contract';

/** Clustered patches, as features of images are: some dense, some far away. */
function clusteredStore(images: number, perImage: number, dims: number, seed: number): PatchStore {
  const random = createRandom(seed);
  const centres = Array.from({ length: 12 }, () =>
    Array.from({ length: dims }, () => 4 * (random.next() - 0.5)),
  );
  return patchStore(
    Array.from({ length: images }, () => {
      const data = new Float32Array(perImage * dims);
      for (let p = 0; p < perImage; p++) {
        const centre = centres[random.integer(centres.length)] as number[];
        const spread = random.next();
        centre.forEach((c, d) => (data[p * dims + d] = c + spread * (random.next() - 0.5)));
      }
      return data;
    }),
    dims,
  );
}

const patchOf = (store: PatchStore, index: number): Float32Array => {
  const image = store.images[Math.floor(index / store.perImage)] as Float32Array;
  const start = (index % store.perImage) * store.dims;
  return image.subarray(start, start + store.dims);
};

function squared(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, d) => sum + (value - (b[d] as number)) ** 2, 0);
}

/** The algorithm as the paper states it: every patch measured after every pick. */
function plainGreedy(store: PatchStore, rows: number, first: number): { indices: number[]; radius: number } {
  const indices = [first];
  const nearest = Array.from({ length: store.count }, () => Infinity);
  for (;;) {
    const pick = patchOf(store, indices.at(-1) as number);
    nearest.forEach((d, i) => (nearest[i] = Math.min(d, squared(patchOf(store, i), pick))));
    const farthest = nearest.indexOf(Math.max(...nearest));
    if (indices.length === rows) return { indices, radius: Math.sqrt(nearest[farthest] as number) };
    indices.push(farthest);
  }
}

describe('selectCoreset', () => {
  test.each([1, 2, 3])('picks what the plain algorithm picks, seed %i', async (seed) => {
    const store = clusteredStore(13, 97, 9, seed);
    const plain = plainGreedy(store, 150, 5);
    const coreset = await selectCoreset(store, { backend: ortBackend(), rows: 150, first: 5 });
    expect(coreset.indices).toEqual(plain.indices);
    expect(coreset.radius).toBeCloseTo(plain.radius, 4);
    for (const [row, index] of coreset.indices.entries()) {
      const kept = coreset.rows.subarray(row * store.dims, (row + 1) * store.dims);
      expect(squared(kept, patchOf(store, index))).toBe(0);
    }
  });

  test('picks what the plain algorithm picks from a set too large for one pool and one refresh', async () => {
    const store = clusteredStore(40, 331, 6, 7);
    const plain = plainGreedy(store, 60, 0);
    const coreset = await selectCoreset(store, {
      backend: ortBackend({ maxBufferBytes: 4096 }),
      rows: 60,
      first: 0,
    });
    expect(coreset.indices).toEqual(plain.indices);
  });

  test('takes all patches if more are requested, and stops if none is left to cover', async () => {
    const store = clusteredStore(2, 15, 4, 3);
    const all = await selectCoreset(store, { backend: ortBackend(), rows: 100, first: 2 });
    expect([...all.indices].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(all.radius).toBe(0);

    const twice = patchStore([...store.images, ...store.images], store.dims);
    // Rounding leaves a copy at a distance just above 0.
    const half = await selectCoreset(twice, { backend: ortBackend(), rows: 60, first: 0, radius: 0.01 });
    expect(half.indices).toHaveLength(30);
  });

  test('continues a bank up to a radius', async () => {
    const store = clusteredStore(6, 77, 5, 4);
    const bank = (await selectCoreset(store, { backend: ortBackend(), rows: 40, first: 0 })).rows;
    const options = { backend: ortBackend(), bank, rows: store.count, first: 0, radius: 0.4 };
    const more = await selectCoreset(store, options);
    expect(more.indices.length).toBeGreaterThan(0);
    expect(more.radius).toBeLessThanOrEqual(0.4);
    const everyRow = [bank, more.rows].flatMap((rows) =>
      Array.from({ length: rows.length / store.dims }, (_, r) =>
        rows.subarray(r * store.dims, (r + 1) * store.dims),
      ),
    );
    const distances = Array.from({ length: store.count }, (_, i) =>
      Math.sqrt(Math.min(...everyRow.map((row) => squared(patchOf(store, i), row)))),
    );
    expect(Math.max(...distances)).toBeCloseTo(more.radius, 4);
  });

  test('reports progress and can be aborted', async () => {
    const store = clusteredStore(5, 50, 5, 4);
    const reached: number[] = [];
    await selectCoreset(store, {
      backend: ortBackend(),
      rows: 80,
      first: 0,
      onProgress: (rows) => reached.push(rows),
    });
    expect(reached.at(-1)).toBe(80);
    const signal = AbortSignal.abort(new Error('stopped by the user'));
    await expect(selectCoreset(store, { backend: ortBackend(), rows: 80, first: 0, signal })).rejects.toThrow(
      'stopped by the user',
    );
  });
});
