import { ParameterError } from '@oddpixel/contract';
import { expect, test } from 'vitest';
import { memoryFileSource, readAnomalyDataset } from '../index.ts';
import { appleDefects, appleVarieties, renderAppleDataset } from './index.ts';
import type { AppleDatasetOptions } from './index.ts';

const tiny = { width: 64, height: 48 } as const;

test('the apple set has 60 good training images, 20 good and 40 defective test images', () => {
  const counts = new Map<string, number>();
  for (const { path } of renderAppleDataset(tiny)) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  expect(Object.fromEntries(counts)).toEqual({
    'train/good': 60,
    'test/good': 20,
    ...Object.fromEntries(appleDefects.map((defect) => [`test/${defect}`, 8])),
  });
});

test('the apple set is recognized by readAnomalyDataset', async () => {
  const images = [...renderAppleDataset({ ...tiny, train: 3, testGood: 2, testDefect: 6 })];
  const files = images.flatMap(({ path, maskPath }) => [path, ...(maskPath === undefined ? [] : [maskPath])]);
  const dataset = await readAnomalyDataset(
    memoryFileSource(new Map(files.map((path, index) => [path, Uint8Array.of(index)]))),
  );
  expect(dataset.samples).toHaveLength(11);
  expect(images.map(({ path }) => path).slice(0, 6)).toEqual([
    'train/good/000.png',
    'train/good/001.png',
    'train/good/002.png',
    'test/good/000.png',
    'test/good/001.png',
    'test/worm/000.png',
  ]);
  expect(images.at(-1)).toMatchObject({
    path: 'test/sticker/000.png',
    maskPath: 'ground_truth/sticker/000_mask.png',
    defect: 'sticker',
  });
  for (const { defect, mask, flawShare, maskPath } of images) {
    expect([mask !== undefined, maskPath !== undefined, flawShare > 0]).toEqual(
      Array.from({ length: 3 }, () => defect !== undefined),
    );
  }
});

test('images are rendered on demand, and equally each time', () => {
  const huge = renderAppleDataset({ ...tiny, train: 100_000 });
  const firstTwo = (): string[] => {
    const hashes: string[] = [];
    for (const { raster } of huge) {
      hashes.push(Buffer.from(raster.data as Uint8Array).toString('latin1'));
      if (hashes.length === 2) break;
    }
    return hashes;
  };
  const [a, b] = firstTwo();
  expect(a === b).toBe(false);
  expect(firstTwo().every((bytes, index) => bytes === [a, b][index])).toBe(true);
});

test('every five images in a row show all varieties', () => {
  const images = [...renderAppleDataset({ ...tiny, train: 10, testGood: 5, testDefect: 0 })];
  for (let first = 0; first < images.length; first += 5) {
    const hand = images.slice(first, first + 5).map(({ variety }) => variety);
    expect(hand.sort()).toEqual([...appleVarieties].sort());
  }
});

test('the apple set depends on the seed', () => {
  const first = (seed: number): string => {
    for (const { raster } of renderAppleDataset({ ...tiny, seed })) {
      return Buffer.from(raster.data as Uint8Array).toString('latin1');
    }
    return '';
  };
  expect(first(1) === first(2)).toBe(false);
});

test.each<[AppleDatasetOptions, string]>([
  [{ train: -1 }, 'train'],
  [{ testGood: 1.5 }, 'testGood'],
  [{ testDefect: Infinity }, 'testDefect'],
  [{ seed: 0.1 }, 'seed'],
  [{ width: 8 }, 'width'],
  [{ height: NaN }, 'height'],
])('renderAppleDataset refuses %j before it renders', (options, name) => {
  expect(() => renderAppleDataset(options)).toThrow(ParameterError);
  expect(() => renderAppleDataset(options)).toThrow(`\`${name}\``);
});
