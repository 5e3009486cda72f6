import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import { stripesPreprocessing } from '../../../test/stripes.ts';
import { paramsOf } from '../../../test/heads.ts';
import { tinyBackbone } from '../../../test/tiny-backbone.ts';
import { openBackbone } from '../../train/feature-pass.ts';
import { createInitialModel } from '../../train/initial-model.ts';
import { imageGrouper } from '../../train/image-groups.ts';
import { largestDistance, leaveOwnRowsOut } from './leave-own-rows-out.ts';
import { copyPatch, patchStore } from '../../train/patch-store.ts';
import { createRandom } from '@oddpixel/contract';

const dims = 5;

/** Every image against every row of other groups, one distance after the other. */
function plainScores(
  images: readonly Float32Array[],
  rows: Float32Array,
  rowGroups: readonly string[],
  groups: readonly string[],
): number[] {
  return images.map((image, index) => {
    let largest = 0;
    for (let p = 0; p < image.length; p += dims) {
      let nearest = Infinity;
      for (const [row, group] of rowGroups.entries()) {
        if (group === groups[index]) continue;
        let sum = 0;
        for (let d = 0; d < dims; d++)
          sum += ((image[p + d] as number) - (rows[row * dims + d] as number)) ** 2;
        nearest = Math.min(nearest, sum);
      }
      const length = image.subarray(p, p + dims).reduce((sum, value) => sum + value * value, 0);
      // Distances near 0 are damped.
      largest = Math.max(largest, nearest / Math.sqrt(nearest + 6.4e-5 * length));
    }
    return largest;
  });
}

test.each([
  { images: 90, rows: 700, note: 'most images are scored by bounds' },
  { images: 90, rows: 300, note: 'a bank smaller than the bounding rows' },
  { images: 9, rows: 40, note: 'every image has its map' },
])('scores equal those of comparing everything: $note', async ({ images, rows: count }) => {
  const backbone = openBackbone(
    await createInitialModel(tinyBackbone(), { preprocessing: stripesPreprocessing, id: 'tiny' }),
  );
  const perImage = backbone.grid.width * backbone.grid.height;
  const random = createRandom(7);
  const store = patchStore(
    Array.from({ length: images }, () => {
      const centre = random.next();
      return Float32Array.from({ length: perImage * dims }, () => centre + random.next());
    }),
    dims,
  );
  const picked = Array.from({ length: count }, () => random.integer(store.count));
  const rows = new Float32Array(count * dims);
  picked.forEach((patch, row) => copyPatch(store, patch, rows, row));
  const owners = picked.map((patch) => Math.floor(patch / perImage));
  // Two exposures of each part.
  const identities = store.images.map((_, i) => ({ group: `part ${Math.floor(i / 2)}` }));
  const groups = identities.map(({ group }) => group);
  const grouper = imageGrouper(dims);
  for (const identity of identities) grouper.add(identity, undefined);

  let done = 0;
  const calibration = await leaveOwnRowsOut(backbone, store, { rows, owners }, grouper.finish(), {
    params: paramsOf('memory'),
    backend: ortBackend(),
    selfCalibrate: true,
    onProgress: (progress) => (done = progress.done),
  });

  const rowGroups = owners.map((owner) => groups[owner] as string);
  const expected = plainScores(store.images, rows, rowGroups, groups).sort((a, b) => a - b);
  expect(calibration?.referenceScores).toHaveLength(images);
  calibration?.referenceScores.forEach((score, i) => expect(score).toBeCloseTo(expected[i] as number, 4));
  expect(calibration?.pixelDeviation).toBeGreaterThan(0);
  expect(done).toBe(images);
});

test('the largest value is found from bounds, with few evaluations', async () => {
  const values = fc.array(fc.record({ value: fc.nat(1000), slack: fc.nat(300) }), {
    minLength: 1,
    maxLength: 700,
  });
  await fc.assert(
    fc.asyncProperty(values, async (items) => {
      let looked = 0;
      const largest = await largestDistance(
        Float32Array.from(items, ({ value, slack }) => value + slack),
        async (indices) => {
          looked += indices.length;
          return Float32Array.from(indices, (i) => items[i]?.value as number);
        },
      );
      const expected = Math.max(...items.map(({ value }) => value));
      expect(largest).toBe(expected);
      const needed = items.filter(({ value, slack }) => value + slack > expected).length;
      expect(looked).toBeLessThanOrEqual(needed + 64);
    }),
  );
});
