import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { ParameterError } from '@oddpixel/contract';
import { renderAppleDataset } from '@oddpixel/dataset/apples';
import { addToModel, canAddImages } from '@oddpixel/model-core/heads';
import { readModel } from '@oddpixel/model-core';
import { samplesInMemory } from '@oddpixel/model-core/train';
import { cpu, sharpCodec, writeFileAtomic } from '@oddpixel/runtime-node';
import { nearestMean } from './nearest-mean.ts';

const home = process.cwd();
let folder: string;
let printed: unknown[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oddpixel-example-'));
  const codec = sharpCodec();
  const counts = { train: 24, testGood: 8, testDefect: 8 };
  for (const { path, raster } of renderAppleDataset({ width: 160, height: 128, ...counts })) {
    await writeFileAtomic(join(folder, 'parts', path), await codec.encode(raster, 'png'));
  }
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  process.chdir(folder);
  await import('./custom-head.ts');
  [printed = []] = log.mock.calls;
  log.mockRestore();
}, 120_000);
afterEach(() => process.chdir(home));
afterAll(() => rm(folder, { recursive: true }));

test('a model of the head is trained, saved, read again and evaluated', () => {
  const [type, images, auroc] = printed;
  expect(type).toBe('nearestMean');
  expect(images).toBeGreaterThanOrEqual(16);
  expect(auroc).toBeGreaterThan(0.6);
});

test('the model file names the head and its parameters, and has thresholds from held-out images', async () => {
  const { manifest } = readModel(await readFile(join(folder, 'parts.onnx')));
  expect(manifest.head).toMatchObject({ type: 'nearestMean', parameters: { gain: 1 } });
  expect(manifest.training?.parameters).toMatchObject({ gain: 1 });
  expect(manifest.calibration?.source).toBe('validation');
  expect(manifest.thresholds?.classification).toBeGreaterThan(0);
});

test('images cannot be added to it, and the error names the head', async () => {
  const model = readModel(await readFile(join(folder, 'parts.onnx')));
  expect(canAddImages(model.manifest)).toBe(false);
  const backend = await cpu().open();
  await expect(addToModel(model, samplesInMemory([]), { backend })).rejects.toThrow(/nearestMean/);
  await backend.dispose();
});

test('a gain of 0 throws a ParameterError', () => {
  expect(() => nearestMean({ gain: 0 })).toThrow(ParameterError);
});

test('the head and its use take at most 100 lines', async () => {
  const lines = await Promise.all(
    ['nearest-mean.ts', 'custom-head.ts'].map(async (file) => {
      const text = await readFile(new URL(file, import.meta.url), 'utf8');
      return text.trimEnd().split('\n').length;
    }),
  );
  expect(lines.reduce((a, b) => a + b)).toBeLessThanOrEqual(100);
});
