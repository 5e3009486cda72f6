/** Which masks belong to an image, wherever layouts keep them. */
import type { Dataset } from '@oddpixel/contract';
import { describe, expect, test } from 'vitest';
import { anomalyPaths } from './dataset.ts';
import { listFiles } from './list-files.ts';
import { memoryFileSource } from './memory-source.ts';
import { readAnomalyDataset, type ReadDatasetOptions } from './read-dataset.ts';
import { loadDataset, saveDataset } from './save.ts';

const sourceOf = (files: readonly string[]) =>
  memoryFileSource(new Map(files.map((path) => [path, new Uint8Array()])), 'DATA');

const read = (files: readonly string[], options?: ReadDatasetOptions): Promise<Dataset> =>
  readAnomalyDataset(sourceOf(files), options);

/** Paths of masks by image. */
const masksOf = (dataset: Dataset): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    dataset.samples.flatMap((sample) => {
      const paths = anomalyPaths(dataset, sample);
      return paths.length === 0 ? [] : [[sample.imageFileName, paths]];
    }),
  );

const good = ['train/good/000.png', 'validation/good/000.png', 'test/good/000.png'];

describe('several masks of one image, in a folder of its name', () => {
  const loco = [
    ...good,
    'test/logical_anomalies/000.png',
    'test/logical_anomalies/001.png',
    'test/structural_anomalies/000.png',
    'ground_truth/logical_anomalies/000/000.png',
    'ground_truth/logical_anomalies/000/001.png',
    'ground_truth/logical_anomalies/001/000.png',
    'ground_truth/structural_anomalies/000/000.png',
    'ground_truth/structural_anomalies/000/002.png',
  ];
  const expected = {
    'test/logical_anomalies/000.png': [
      'ground_truth/logical_anomalies/000/000.png',
      'ground_truth/logical_anomalies/000/001.png',
    ],
    'test/logical_anomalies/001.png': ['ground_truth/logical_anomalies/001/000.png'],
    'test/structural_anomalies/000.png': [
      'ground_truth/structural_anomalies/000/000.png',
      'ground_truth/structural_anomalies/000/002.png',
    ],
  };

  test('all belong to the image, and none is left over', async () => {
    const dataset = await read(loco);
    expect(masksOf(dataset)).toEqual(expected);
    expect(dataset.remarks).toBeUndefined();
    expect(dataset.samples.find(({ imageFileName }) => imageFileName.endsWith('s/001.png'))).toMatchObject({
      anomalyFileName: 'logical_anomalies/001/000.png',
    });
  });

  test('are kept in a saved data set', async () => {
    const dataset = await read(loco);
    expect(loadDataset(saveDataset(dataset))).toEqual(dataset);
  });

  test('are found beside image folders without splits, and by imageDir and anomalyDir', async () => {
    const folders = ['good/0.png', 'bent/7.png', 'masks/bent/7/a.png', 'masks/bent/7/b.png'];
    expect(masksOf(await read(folders))).toEqual({
      'bent/7.png': ['masks/bent/7/a.png', 'masks/bent/7/b.png'],
    });
    const dataset = await read(loco, { imageDir: 'test', anomalyDir: 'ground_truth' });
    expect(Object.values(masksOf(dataset))).toEqual(Object.values(expected));
  });

  test('can be named in a table by their folder', async () => {
    const read = (cell: string): Promise<Dataset> => {
      const table = `image,label,mask\na.png,ok,\nb.png,bad,${cell}\n`;
      const files = ['a.png', 'b.png', 'masks/b/0.png', 'masks/b/1.png', 'none/readme.txt'];
      const bytes = new Map(files.map((path) => [path, new Uint8Array()]));
      return readAnomalyDataset(memoryFileSource(bytes.set('list.csv', new TextEncoder().encode(table))));
    };
    const dataset = await read('masks/b');
    expect(masksOf(dataset)).toEqual({ 'b.png': ['masks/b/0.png', 'masks/b/1.png'] });
    expect(dataset.remarks).toBeUndefined();
    await expect(read('none')).rejects.toThrow('line 3: there is no image in the mask folder none');
    await expect(read('masks/c')).rejects.toThrow('line 3: the mask masks/c does not exist');
  });

  test('are found if the folder names differ in case', async () => {
    const dataset = await read([
      ...good,
      'test/bent/A.png',
      'Ground_Truth/Bent/a/0.png',
      'Ground_Truth/Bent/a/1.png',
    ]);
    expect(masksOf(dataset)).toEqual({
      'test/bent/A.png': ['Ground_Truth/Bent/a/0.png', 'Ground_Truth/Bent/a/1.png'],
    });
  });

  test('one file with the name of the image takes precedence, and the folder is named', async () => {
    const dataset = await read([
      ...good,
      'test/bent/0.png',
      'ground_truth/bent/0_mask.png',
      'ground_truth/bent/0/0.png',
    ]);
    expect(masksOf(dataset)).toEqual({ 'test/bent/0.png': ['ground_truth/bent/0_mask.png'] });
    expect(dataset.remarks?.map(({ files }) => files)).toEqual([['ground_truth/bent/0/0.png']]);
  });

  test('a folder that mirrors an image folder is not taken for the masks of one image', async () => {
    const dataset = await read([
      ...good,
      'test/bent/0.png',
      'test/bent/0/a.png',
      'ground_truth/bent/0/a.png',
      'ground_truth/bent/0/b.png',
    ]);
    expect(masksOf(dataset)).toEqual({ 'test/bent/0/a.png': ['ground_truth/bent/0/a.png'] });
    expect(dataset.remarks?.map(({ files }) => files)).toEqual([['ground_truth/bent/0/b.png']]);
  });
});

describe('masks inside a split', () => {
  const ad2 = [
    'train/good/000_regular.png',
    'validation/good/000_regular.png',
    'test_public/good/000_regular.png',
    'test_public/bad/000_regular.png',
    'test_public/bad/001_overexposed.png',
    'test_public/ground_truth/bad/000_regular_mask.png',
    'test_public/ground_truth/bad/001_overexposed_mask.png',
    'test_private/000_regular.png',
    'test_private_mixed/000_mixed.png',
  ];

  test('test_public of MVTec AD 2 is the test split; images without labels are named and not used', async () => {
    const dataset = await read(ad2);
    expect(
      dataset.samples.map(({ imageFileName, split, imageLabel }) => [imageFileName, split, imageLabel]),
    ).toEqual([
      ['test_public/bad/000_regular.png', 'test', 'nok'],
      ['test_public/bad/001_overexposed.png', 'test', 'nok'],
      ['test_public/good/000_regular.png', 'test', 'ok'],
      ['train/good/000_regular.png', 'train', 'ok'],
      ['validation/good/000_regular.png', 'validation', 'ok'],
    ]);
    expect(masksOf(dataset)).toEqual({
      'test_public/bad/000_regular.png': ['test_public/ground_truth/bad/000_regular_mask.png'],
      'test_public/bad/001_overexposed.png': ['test_public/ground_truth/bad/001_overexposed_mask.png'],
    });
    expect(dataset.anomalyDir).toBe('test_public/ground_truth');
    expect(dataset.remarks?.map(({ code, files }) => [code, files])).toEqual([
      ['unusedFiles', ['test_private/000_regular.png']],
      ['unusedFiles', ['test_private_mixed/000_mixed.png']],
    ]);
    expect(loadDataset(saveDataset(dataset))).toEqual(dataset);
  });

  test('are found below a folder of the source too', async () => {
    const dataset = await read(
      ad2.map((path) => `can/${path}`),
      { path: 'can' },
    );
    expect(masksOf(dataset)).toMatchObject({
      'test_public/bad/000_regular.png': ['can/test_public/ground_truth/bad/000_regular_mask.png'],
    });
  });

  test('may be in several places for one data set', async () => {
    const dataset = await read([
      ...good,
      'test/bent/0.png',
      'test/torn/1.png',
      'test/hole/2.png',
      'ground_truth/bent/0_mask.png',
      'test/masks/torn/1_mask.png',
      'test/hole/mask/2.png',
    ]);
    expect(masksOf(dataset)).toEqual({
      'test/bent/0.png': ['ground_truth/bent/0_mask.png'],
      'test/hole/2.png': ['test/hole/mask/2.png'],
      'test/torn/1.png': ['test/masks/torn/1_mask.png'],
    });
    expect(dataset.remarks).toBeUndefined();
  });

  test('are recognized in the folder of their images, even without splits', async () => {
    const dataset = await read(['good/0.png', 'bent/1.png', 'bent/mask/1.png']);
    expect(masksOf(dataset)).toEqual({ 'bent/1.png': ['bent/mask/1.png'] });
    expect(dataset.samples).toHaveLength(2);
  });

  test.each(['gt', 'GT', 'Ground Truth', 'groundtruth', 'masks'])(
    'are recognized in a folder %s',
    async (name) => {
      const dataset = await read([
        ...good,
        'test/bent/0.png',
        `${name}/bent/0.png`,
        'test/torn/1.png',
        `test/torn/${name}/1.png`,
      ]);
      expect(masksOf(dataset)).toEqual({
        'test/bent/0.png': [`${name}/bent/0.png`],
        'test/torn/1.png': [`test/torn/${name}/1.png`],
      });
      expect(dataset.remarks).toBeUndefined();
    },
  );

  test('throw an error that names both places if there are two', async () => {
    const twice = ['test/bent/0.png', 'ground_truth/bent/0_mask.png', 'test/ground_truth/bent/0_mask.png'];
    await expect(read([...good, ...twice])).rejects.toThrow(
      'test/bent/0.png has several masks: ground_truth/bent/0_mask.png, test/ground_truth/bent/0_mask.png',
    );
  });

  test('do not include a defect called mask', async () => {
    const files = [...good, 'test/mask/0.png', 'test/mask/1.png', 'ground_truth/mask/0_mask.png'];
    const dataset = await read(files);
    expect(dataset.samples.filter(({ defect }) => defect === 'mask')).toHaveLength(2);
    expect(masksOf(dataset)).toEqual({ 'test/mask/0.png': ['ground_truth/mask/0_mask.png'] });
    const { images, others } = await listFiles(sourceOf(files));
    expect(images).toContain('test/mask/0.png');
    expect(others).toMatchObject([{ path: 'ground_truth/mask/0_mask.png', kind: 'mask' }]);
    const inTest = sourceOf(['good/0.png', 'mask/0.png', 'masks/bent/0.png']);
    expect((await listFiles(inTest, '', { rootName: 'test' })).images).toEqual(['good/0.png', 'mask/0.png']);
    expect((await listFiles(inTest, '', { rootName: 'parts' })).images).toEqual(['good/0.png']);
  });
});
