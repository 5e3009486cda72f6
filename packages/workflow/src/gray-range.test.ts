/** Images of other gray value ranges and forms than usual, through training, inspection and evaluation. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memory } from '@oddpixel/model-core/heads';
import {
  DatasetError,
  ImageFormatError,
  type Backend,
  type Dataset,
  type ImageCodec,
  type Raster,
  mergeRemarks,
} from '@oddpixel/contract';
import { readModel, writeModel } from '@oddpixel/model-core';
import { findSamples, memoryFileSource, readAnomalyDataset } from '@oddpixel/dataset';
import { readBackbone } from '@oddpixel/backbones/node';
import { small } from '@oddpixel/backbones/small';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { cpu, diskStore, sharpCodec } from '@oddpixel/runtime-node';
import { evaluateModel } from './evaluate-model.ts';
import type { Inspection } from './inspection.ts';
import { createInspector } from './inspector.ts';
import { measureGrayRange } from './measure-range.ts';
import { cloth } from '../test/cloth.ts';
import {
  trainFromDataset,
  type TrainedFromDataset,
  type TrainFromDatasetOptions,
} from './train-from-dataset.ts';

type Change = (value: number, index: number) => number;

const unlike = 'unlikeTrainingImages';
let codec: ImageCodec;
let backend: Backend;
let backbone: TrainFromDatasetOptions['backbone'];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oddpixel-gray-range-'));
  codec = sharpCodec();
  backend = await cpu().open();
  backbone = { id: small.id, bytes: await readBackbone(small) };
});

afterAll(async () => {
  await backend.dispose();
  await rm(folder, { recursive: true });
});

/** Cloth in gray at another depth: 8-bit values go through `change`. */
function gray(seed: number, type: 'u8' | 'u16' | 'f32', change: Change = (value) => value): Raster {
  const { width, height, data } = cloth(96, 64, seed);
  const values = Array.from({ length: width * height }, (_, i) => change(data[3 * i] as number, i));
  const array = { u8: Uint8Array, u16: Uint16Array, f32: Float32Array }[type].from(values);
  return { width, height, channels: 1, data: array };
}

const twelveBits: Change = (value) => value * 16;

async function open(
  raster: (seed: number) => Raster,
): Promise<{ dataset: Dataset; source: ReturnType<typeof memoryFileSource> }> {
  const files = new Map<string, Uint8Array>();
  for (let i = 0; i < 4; i++) files.set(`train/good/${i}.tif`, await codec.encode(raster(i), 'tiff'));
  for (let i = 4; i < 6; i++) files.set(`test/good/${i}.tif`, await codec.encode(raster(i), 'tiff'));
  const source = memoryFileSource(files);
  return { dataset: await readAnomalyDataset(source), source };
}

async function train(
  raster: (seed: number) => Raster,
  options: Partial<TrainFromDatasetOptions> = {},
): Promise<TrainedFromDataset> {
  const { dataset, source } = await open(raster);
  const preprocessing = createPreprocessParams({ imageWidth: 96, imageHeight: 64 });
  const head = memory({ numRows: 100 });
  return trainFromDataset(dataset, { backend, source, codec, backbone, preprocessing, head, ...options });
}

async function inspect(
  { model }: TrainedFromDataset,
  image: Raster,
  tile?: [number, number],
): Promise<Inspection> {
  const [tileWidth, tileHeight] = tile ?? [0, 0];
  const inspector = await createInspector(model, {
    backend,
    codec,
    tile: tile && { tileWidth, tileHeight, overlap: 8 },
  });
  try {
    return await inspector.inspect({ name: 'part.tif', image });
  } finally {
    await inspector.dispose();
  }
}

describe('the range of gray values', () => {
  test('measured on a 12-bit camera, gives its images the scores of 8-bit ones', async () => {
    const deep = await train((seed) => gray(seed, 'u16', twelveBits), { sourceRange: 'auto' });
    const plain = await train((seed) => gray(seed, 'u8'));
    expect(deep.model.manifest.preprocessing.sourceRange).toEqual([0, 4095]);
    expect(deep.remarks).toEqual([]);
    const scores = [
      (await inspect(deep, gray(9, 'u16', twelveBits))).result.anomalyScore,
      (await inspect(plain, gray(9, 'u8'))).result.anomalyScore,
    ] as const;
    expect(Math.abs(scores[0] - scores[1])).toBeLessThan(0.1 * scores[1]);
  });

  test('gives a remark if 16-bit images use a small part of it, unless it was given', async () => {
    const { model, remarks } = await train((seed) => gray(seed, 'u16', twelveBits));
    expect(model.manifest.preprocessing.sourceRange).toBeUndefined();
    expect(remarks.map(({ code }) => code)).toEqual(['partlyUsedRange']);
    expect(remarks[0]?.message).toMatch(/at most 1\/16 of their range/);
    expect(remarks[0]?.fix).toContain('0,4095');
    const full = await train((seed) => gray(seed, 'u16', (value) => value * 257));
    expect(full.remarks).toEqual([]);
  });

  test('of float images is measured, including negative values; without it, the error names the file', async () => {
    const heights = (seed: number): Raster => gray(seed, 'f32', (value) => value / 100 - 5);
    const { model } = await train(heights, { sourceRange: 'auto' });
    const [min, max] = model.manifest.preprocessing.sourceRange ?? [0, 0];
    expect(min).toBeLessThan(-2);
    expect(max).toBeGreaterThan(min);
    await expect(train(heights)).rejects.toThrow(ImageFormatError);
    await expect(train(heights)).rejects.toThrow(/train\/good\/\d\.tif: the image is float.*`sourceRange`/);
  });

  test('throws an error if all images have one value', async () => {
    const { dataset, source } = await open((seed) => gray(seed, 'f32', () => 2));
    const samples = findSamples(dataset, { split: 'train' });
    await expect(measureGrayRange(dataset, samples, { source, codec })).rejects.toThrow(DatasetError);
  });

  test('gives a remark if an image exceeds it, and an error that names the file a million times beyond', async () => {
    const trained = await train((seed) => gray(seed, 'u16', twelveBits), { sourceRange: [0, 4095] });
    const bright = await inspect(
      trained,
      gray(9, 'u16', (value) => value * 200),
    );
    expect(bright.remarks.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^part\.tif: gray values are outside the range 0\.\.4095/),
    ]);
    const heights = await train((seed) => gray(seed, 'f32', (value) => value / 255), { sourceRange: [0, 1] });
    const huge = gray(9, 'f32', (value, i) => (i === 777 ? 1e20 : value / 255));
    await expect(inspect(heights, huge)).rejects.toThrow(
      /part\.tif: the gray value 1\d*e?.* outside the range 0\.\.1/,
    );
    await expect(inspect(heights, huge, [96, 64])).rejects.toThrow(ImageFormatError);
  });
});

describe('the form of the training images', () => {
  test('is in the model file, equal from run to run and with a cache', async () => {
    const first = await train((seed) => gray(seed, 'u16', twelveBits));
    expect(readModel(writeModel(first.model)).manifest.training?.images).toEqual({
      depths: ['16 bit'],
      channels: ['gray'],
      width: [96, 96],
      height: [64, 64],
      grayRange: [expect.any(Number), expect.any(Number)],
    });
    const store = diskStore(join(folder, 'cache'));
    for (let run = 0; run < 2; run++) {
      const again = await train((seed) => gray(seed, 'u16', twelveBits), { store });
      expect(Buffer.from(writeModel(again.model)).equals(writeModel(first.model))).toBe(true);
      expect(again.remarks).toEqual(first.remarks);
    }
  });

  test('is compared with inspected and evaluated images', async () => {
    const trained = await train((seed) => cloth(96, 64, seed));
    expect((await inspect(trained, cloth(96, 64, 9))).remarks).toEqual([]);
    const { remarks } = await inspect(trained, gray(9, 'u16', twelveBits));
    expect(remarks.map(({ code }) => code)).toEqual([unlike]);
    expect(remarks[0]?.message).toBe(
      'part.tif: trained on 8-bit RGB 96×64, this image is 16-bit gray 96×64 that uses 0..4095 only, and so is 16 times darker to the model',
    );
    const wide = await inspect(trained, cloth(192, 64, 9));
    expect(wide.remarks[0]?.message).toMatch(
      /this image is 8-bit RGB of another size and aspect ratio, so it is distorted$/,
    );
    // However many sizes there are, they are one remark.
    const others = [await inspect(trained, cloth(200, 64, 9)), await inspect(trained, cloth(224, 64, 9))];
    expect(mergeRemarks([wide, ...others].flatMap((inspection) => inspection.remarks))).toHaveLength(1);

    const { dataset, source } = await open((seed) => gray(seed, 'u8'));
    const evaluated = await evaluateModel(trained.model, dataset, { backend, source, codec });
    expect(evaluated.remarks.map(({ code, files }) => [code, files])).toEqual([
      [unlike, ['test/good/4.tif', 'test/good/5.tif']],
    ]);
  });

  test('is compared with the tiles, if there are any', async () => {
    const trained = await train((seed) => cloth(96, 64, seed));
    expect((await inspect(trained, cloth(200, 150, 9), [96, 64])).remarks).toEqual([]);
    const { remarks } = await inspect(trained, cloth(200, 150, 9), [64, 64]);
    expect(remarks.map(({ code }) => code)).toEqual([unlike]);
  });

  test('stores a range for varying sizes, and sizes near it give no remark', async () => {
    const trained = await train((seed) => cloth(96 + 4 * seed, 64 + 2 * seed, seed));
    expect(trained.model.manifest.training?.images).toMatchObject({ width: [96, 108], height: [64, 70] });
    expect((await inspect(trained, cloth(110, 72, 9))).remarks).toEqual([]);
    expect((await inspect(trained, cloth(300, 200, 9))).remarks).toHaveLength(1);
  });

  test('is unknown for older model files, which give no remark', async () => {
    const trained = await train((seed) => cloth(96, 64, seed));
    const { images: _, ...training } = trained.model.manifest.training ?? {};
    const manifest = { ...trained.model.manifest, training } as typeof trained.model.manifest;
    const older = { ...trained, model: { ...trained.model, manifest } };
    expect((await inspect(older, cloth(40, 90, 9))).remarks).toEqual([]);
  });
});
