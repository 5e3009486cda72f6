/** The readers on real data sets, where they are present. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { referencePath, referenceTitle } from '@oddpixel/testing';
import type { FileEntry, FileSource } from '@oddpixel/contract';
import { describe, expect, test } from 'vitest';
import { findSamples } from './dataset.ts';
import { readAnomalyDataset } from './read-dataset.ts';
import { loadDataset, saveDataset } from './save.ts';
import { carveValidation, splitDataset } from './split.ts';

/** As small as a source on disk can be; the real one is in `@oddpixel/runtime-node`. */
function folderSource(root: string): FileSource {
  return {
    name: root,
    async *list(path) {
      for (const entry of await readdir(join(root, path), { withFileTypes: true })) {
        const child = path === '' ? entry.name : `${path}/${entry.name}`;
        yield { path: child, kind: entry.isDirectory() ? 'directory' : 'file' } satisfies FileEntry;
      }
    },
    read: (path) => readFile(join(root, path)),
  };
}

describe('real data sets', () => {
  const magneticTile = referencePath('data', 'magnetic-tile');
  test.skipIf(magneticTile === undefined)(
    `${referenceTitle('reads magnetic-tile with its groups', magneticTile)}`,
    async () => {
      const dataset = await readAnomalyDataset(folderSource(magneticTile ?? ''), { groups: 'groups.csv' });
      const count = (query: Parameters<typeof findSamples>[1]): number => findSamples(dataset, query).length;
      expect(count({ split: 'train' })).toBe(200);
      expect(count({ split: 'train', label: 'ok' })).toBe(200);
      expect(count({ split: 'test', label: 'ok' })).toBe(126);
      const defects = ['blowhole', 'break', 'crack', 'fray', 'uneven'];
      expect(defects.map((defect) => count({ defect }))).toEqual([58, 43, 29, 16, 52]);
      const nok = findSamples(dataset, { label: 'nok' });
      expect(nok.every(({ anomalyFileName }) => anomalyFileName !== undefined)).toBe(true);
      const good = findSamples(dataset, { label: 'ok' });
      expect(good.every(({ group }) => group?.startsWith('part') === true)).toBe(true);
      expect(loadDataset(saveDataset(dataset))).toEqual(dataset);

      const carved = carveValidation(dataset, { share: 0.2, seed: 0 });
      const validation = findSamples(carved, { split: 'validation' });
      expect(Math.abs(validation.length - 40)).toBeLessThan(6);
      const trainGroups = new Set(findSamples(carved, { split: 'train' }).map(({ group }) => group));
      expect(validation.some(({ group }) => trainGroups.has(group))).toBe(false);
    },
  );

  const cookies = referencePath('data', 'cookies');
  test.skipIf(cookies === undefined)(
    `${referenceTitle('reads cookies in two layouts', cookies)}`,
    async () => {
      const source = folderSource(cookies ?? '');
      const dataset = await readAnomalyDataset(source);
      expect(findSamples(dataset, { split: 'train' })).toHaveLength(20);
      expect(findSamples(dataset, { split: 'test', label: 'ok' })).toHaveLength(11);
      const cracked = findSamples(dataset, { defect: 'cracked' });
      expect(cracked).toHaveLength(32);
      for (const { imageFileName, anomalyFileName } of cracked) {
        const name = /([^/]+)\.jpg$/.exec(imageFileName)?.[1] ?? '';
        expect(anomalyFileName).toBe(`cracked/${name}_mask.png`);
      }
      const halcon = await readAnomalyDataset(source, { imageDir: 'test', anomalyDir: 'ground_truth' });
      expect(findSamples(halcon, { label: 'nok' }).map(({ anomalyFileName }) => anomalyFileName)).toEqual(
        cracked.map(({ anomalyFileName }) => anomalyFileName),
      );
    },
  );

  const aliens = referencePath('data', 'aliens');
  test.skipIf(aliens === undefined)(`${referenceTitle('reads and splits aliens', aliens)}`, async () => {
    const dataset = await readAnomalyDataset(folderSource(aliens ?? ''));
    expect(dataset.anomalyDir).toBeUndefined();
    const split = splitDataset(dataset, { train: 50, validation: 10, seed: 0 });
    expect(findSamples(split, { split: 'train' })).toHaveLength(29);
    expect(findSamples(split, { split: 'validation' })).toHaveLength(6);
    expect(findSamples(split, { split: 'test', label: 'ok' })).toHaveLength(23);
    expect(findSamples(split, { split: 'test', defect: 'defect' })).toHaveLength(60);
  });
});
