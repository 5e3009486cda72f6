import { beforeAll, expect, test } from 'vitest';
import type { Backend, ImageCodec, Raster, Store } from '@oddpixel/contract';
import type { AnomalyModel } from '@oddpixel/model-core';
import { memoryFileSource, readAnomalyDataset } from '@oddpixel/dataset';
import { serializeEvaluation } from '@oddpixel/eval';
import { readBackbone } from '@oddpixel/backbones/node';
import { small } from '@oddpixel/backbones/small';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { cpu, sharpCodec } from '@oddpixel/runtime-node';
import { dataUriPictures, evaluateModel, evaluationReport, trainFromDataset } from './index.ts';
import { cloth } from '../test/cloth.ts';

const codec = sharpCodec();
const files = new Map<string, Uint8Array>();
const source = memoryFileSource(files);
const names = { modelName: 'cloth.onnx', datasetName: 'weaving mill' };
let backend: Backend;
let model: AnomalyModel;

beforeAll(async () => {
  for (let i = 0; i < 4; i++) files.set(`train/good/${i}.png`, await codec.encode(cloth(96, 64, i), 'png'));
  files.set('test/good/0.png', await codec.encode(cloth(96, 64, 9), 'png'));
  files.set('test/good/known.png', files.get('train/good/1.png') as Uint8Array);
  files.set('test/spot/0.png', await codec.encode(cloth(192, 64, 8, [{ x: 90, y: 30, radius: 9 }]), 'png'));
  backend = await cpu().open();
  ({ model } = await trainFromDataset(await readAnomalyDataset(source), {
    backend,
    source,
    codec,
    backbone: { id: small.id, bytes: await readBackbone(small) },
    preprocessing: createPreprocessParams({ imageWidth: 96, imageHeight: 64 }),
  }));
  return () => backend.dispose();
});

/** The codec, with the names of the files that it decoded. */
function recording(): { codec: ImageCodec; decoded: string[] } {
  const decoded: string[] = [];
  return {
    decoded,
    codec: {
      ...codec,
      decode(bytes, options) {
        decoded.push(options?.fileName ?? '');
        return codec.decode(bytes, options);
      },
    },
  };
}

test('the report shows what evaluateModel measures, every image, and what was left out', async () => {
  const dataset = await readAnomalyDataset(source);
  const host = { backend, source, codec };
  const { elapsedMs: _, ...measured } = await evaluateModel(model, dataset, host);
  const {
    elapsedMs: __,
    html,
    json,
    ...evaluated
  } = await evaluationReport(model, dataset, {
    ...host,
    ...names,
  });
  expect(evaluated).toEqual(measured);
  expect(evaluated.excluded).toEqual(['test/good/known.png']);
  expect(json).toBe(serializeEvaluation(measured.evaluation));
  expect(html).toContain('cloth.onnx on weaving mill');
  expect(html).toContain('test/good/known.png');
  expect(html).toContain('test/spot/0.png: trained on 8-bit RGB 96×64, this image is 8-bit RGB');
  // One picture each of image, map and overlay, of 96×64 and of 192×64 pixels.
  expect(html.match(/src="data:image\/jpeg;base64,[^"]+"[^>]+width="96"\s+height="64"/g)).toHaveLength(3);
  expect(html.match(/src="data:image\/jpeg;base64,[^"]+"[^>]+width="192"\s+height="64"/g)).toHaveLength(3);
});

test('each image is decoded once, without a cache and with a full one, and the report is the same', async () => {
  const dataset = await readAnomalyDataset(source);
  const tested = ['test/good/0.png', 'test/good/known.png', 'test/spot/0.png'];
  const entries = new Map<string, Uint8Array>();
  const store: Store = {
    get: async (key) => entries.get(key),
    put: async (key, bytes) => void entries.set(key, bytes),
    delete: async (key) => void entries.delete(key),
  };
  const reports: string[] = [];
  for (const access of [{}, { store }, { store }]) {
    const { codec, decoded } = recording();
    const options = { backend, source, codec, ...access, ...names };
    reports.push((await evaluationReport(model, dataset, options)).html);
    expect(decoded.toSorted()).toEqual(tested);
  }
  expect(entries.size).toBe(tested.length);
  expect(new Set(reports).size).toBe(1);
});

test('a title and an encoder of the caller are used, and onImage is called for each image', async () => {
  const pictures: [kind: string, picture: Raster][] = [];
  const seen: string[] = [];
  const { html } = await evaluationReport(model, await readAnomalyDataset(source), {
    backend,
    source,
    codec,
    ...names,
    title: 'Line 3',
    async encodePicture(picture, kind) {
      return `pictures/${pictures.push([kind, picture])}.png`;
    },
    onImage: ({ sample }) => void seen.push(sample.imageFileName),
  });
  expect(html).toContain('<title>Line 3');
  expect(html).not.toContain('src="data:');
  expect(html).toContain('src="pictures/6.png"');
  expect(pictures.map(([kind, { width, height }]) => [kind, width, height])).toEqual([
    ...Array.from({ length: 3 }, () => ['photo', 96, 64]),
    ...Array.from({ length: 3 }, () => ['photo', 192, 64]),
  ]);
  expect(seen).toEqual(['test/good/0.png', 'test/spot/0.png']);
});

test('dataUriPictures writes photos in the given format and exact pictures as PNG', async () => {
  const encode = dataUriPictures(codec, 'webp');
  const picture = cloth(801, 400, 1);
  const photo = await encode(picture, 'photo');
  expect(photo).toMatch(/^data:image\/webp;base64,/);
  const exact = await encode(picture, 'exact');
  expect(exact).toMatch(/^data:image\/png;base64,/);
  // Longer than one piece of the encoding: no byte is lost where pieces meet.
  const bytes = Buffer.from(exact.slice(exact.indexOf(',') + 1), 'base64');
  expect(bytes.length).toBeGreaterThan(0x80_00);
  const { data } = await codec.decode(bytes);
  expect(Buffer.compare(data as Uint8Array, picture.data as Uint8Array)).toBe(0);
});
