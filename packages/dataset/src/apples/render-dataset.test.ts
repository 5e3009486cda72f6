import { ParameterError } from '@oddpixel/contract';
import { expect, test } from 'vitest';
import { memoryFileSource, readAnomalyDataset } from '../index.ts';
import { appleDefects, appleVarieties, renderAppleDataset } from './index.ts';
import type { AppleDatasetOptions } from './index.ts';

const tiny = { width: 64, height: 48 } as const;

test('has 60 good images to train, 20 good and 40 odd ones to test', () => {
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

test('is a data set that the reader recognizes', async () => {
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

test('renders only what is asked for, and the same again', () => {
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

test('shows every variety in every run of five', () => {
  const images = [...renderAppleDataset({ ...tiny, train: 10, testGood: 5, testDefect: 0 })];
  for (let first = 0; first < images.length; first += 5) {
    const hand = images.slice(first, first + 5).map(({ variety }) => variety);
    expect(hand.sort()).toEqual([...appleVarieties].sort());
  }
});

test('differs with the seed', () => {
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
])('refuses %j before it renders', (options, name) => {
  expect(() => renderAppleDataset(options)).toThrow(ParameterError);
  expect(() => renderAppleDataset(options)).toThrow(`\`${name}\``);
});
