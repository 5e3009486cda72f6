/** What a person should know about images is part of every result. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memory } from '@oddpixel/model-core/heads';
import type { Backend, Dataset, FileSource, ImageCodec, Raster } from '@oddpixel/contract';
import type { AnomalyModel } from '@oddpixel/model-core';
import { memoryFileSource, readAnomalyDataset } from '@oddpixel/dataset';
import { readBackbone } from '@oddpixel/backbones/node';
import { small } from '@oddpixel/backbones/small';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { cpu, sharpCodec } from '@oddpixel/runtime-node';
import { evaluateModel } from './evaluate-model.ts';
import type { Inspection } from './inspection.ts';
import { createInspector } from './inspector.ts';
import { trainFromDataset, type TrainedFromDataset } from './train-from-dataset.ts';
import { cloth } from '../test/cloth.ts';

const transparent = /partly transparent/;
let codec: ImageCodec;
let backend: Backend;
let source: FileSource;
let dataset: Dataset;
let trained: TrainedFromDataset;
let model: AnomalyModel;

beforeAll(async () => {
  codec = sharpCodec();
  backend = await cpu().open();
  const files = new Map<string, Uint8Array>();
  for (let i = 0; i < 5; i++) {
    files.set(`train/good/${i}.png`, await codec.encode(i < 4 ? halfClear(i) : cloth(96, 64, i), 'png'));
    files.set(`test/good/${i}.png`, await codec.encode(halfClear(10 + i), 'png'));
  }
  source = memoryFileSource(files);
  dataset = await readAnomalyDataset(source);
  trained = await trainFromDataset(dataset, {
    backend,
    source,
    codec,
    preprocessing: createPreprocessParams({ imageWidth: 96, imageHeight: 64 }),
    backbone: { id: small.id, bytes: await readBackbone(small) },
    head: memory({ numRows: 100 }),
  });
  ({ model } = trained);
});

afterAll(() => backend.dispose());

/** Cloth whose right half lets the light through. */
function halfClear(seed: number): Raster {
  const { width, height, data } = cloth(96, 64, seed);
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = data[3 * i + c] as number;
    rgba[4 * i + 3] = i % width < width / 2 ? 255 : 128;
  }
  return { width, height, channels: 4, data: rgba, hasAlpha: true };
}

describe('remarks', () => {
  test('of training occur once each, with all files, however often the images were read', () => {
    const about = trained.remarks.filter(({ message }) => transparent.test(message));
    expect(about).toHaveLength(1);
    expect(about[0]?.files).toEqual([0, 1, 2, 3].map((i) => `train/good/${i}.png`));
    expect(about[0]?.message).toContain('train/good/0.png');
  });

  test('of an evaluation occur once each too', async () => {
    const { remarks } = await evaluateModel(model, dataset, { backend, source, codec });
    const about = remarks.filter(({ message }) => transparent.test(message));
    expect(about.map(({ files }) => files?.length)).toEqual([5]);
  });

  test.each([undefined, { tileWidth: 48, tileHeight: 48, overlap: 8 }])(
    'of an inspection belong to its image only: tiles %o',
    async (tile) => {
      const inspector = await createInspector(model, { backend, codec, tile });
      const inputs = [
        { name: 'opaque', image: cloth(96, 64, 20) },
        { name: 'clear', image: await codec.encode(halfClear(21), 'png') },
      ];
      const inspections: Inspection[] = [];
      for await (const inspection of inspector.inspectAll(inputs)) inspections.push(inspection);
      const texts = inspections.map(({ remarks }) =>
        remarks.filter(({ message }) => transparent.test(message)),
      );
      expect(texts.map((remarks) => remarks.length)).toEqual([0, 1]);
      expect(texts[1]?.[0]?.files).toEqual(['clear']);
      await inspector.dispose();
    },
  );
});

describe('masks', () => {
  const evaluated = async (masks: Readonly<Record<string, Raster>>) => {
    const files = new Map<string, Uint8Array>();
    for (let i = 0; i < 4; i++) {
      files.set(`train/good/${i}.png`, await codec.encode(cloth(96, 64, i), 'png'));
      files.set(`test/scratch/${i}.png`, await codec.encode(cloth(96, 64, 40 + i), 'png'));
    }
    for (const [name, mask] of Object.entries(masks)) {
      files.set(`ground_truth/scratch/${name}`, await codec.encode(mask, 'png'));
    }
    const from = memoryFileSource(files);
    return evaluateModel(model, await readAnomalyDataset(from), { backend, source: from, codec });
  };

  test('are counted, and the evaluation includes the remarks of the data set', async () => {
    const { masks, remarks } = await evaluated({
      '0_GT.png': cloth(96, 64, 1),
      '1_mask.png': cloth(96, 64, 1),
    });
    expect(masks).toEqual({ used: 2, defective: 4 });
    expect(remarks.map(({ code }) => code)).toContain('noGoodTestImage');
  });

  test('of one image are combined into one mask', async () => {
    const box = (left: number, value: number): Raster => {
      const data = new Uint8Array(96 * 64);
      for (let y = 20; y < 40; y++) data.fill(value, y * 96 + left, y * 96 + left + 12);
      return { width: 96, height: 64, channels: 1, data };
    };
    const [left, right] = [box(8, 3), box(60, 255)];
    const both = { ...left, data: left.data.map((value, pixel) => value || (right.data[pixel] as number)) };
    const apart = await evaluated({ '1/000.png': left, '1/001.png': right, '2/000.png': right });
    const joined = await evaluated({ '1_mask.png': both, '2_mask.png': right });
    expect(apart.masks).toEqual({ used: 2, defective: 4 });
    expect(apart.evaluation.pixel).toEqual(joined.evaluation.pixel);
    expect(apart.evaluation.pixel).not.toEqual(
      (await evaluated({ '1_mask.png': left, '2_mask.png': right })).evaluation.pixel,
    );
    await expect(evaluated({ '1/000.png': left, '1/001.png': cloth(32, 24, 1) })).rejects.toThrow(
      /^ground_truth\/scratch\/1\/001\.png: the mask has 32×24 pixels/,
    );
  });

  test('of another size than their image are named', async () => {
    await expect(evaluated({ '2_mask.png': cloth(32, 24, 1) })).rejects.toThrow(
      /^ground_truth\/scratch\/2_mask\.png: the mask has 32×24 pixels, its image 96×64/,
    );
  });
});
