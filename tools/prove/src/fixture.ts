/** A small data set, the model that it trains, and how it is trained: what most proofs start from. */
import sharp from 'sharp';
import { memoryFileSource, readAnomalyDataset } from '@oddpixel/dataset';
import type { Backend, Dataset, FileSource, Raster, Store } from '@oddpixel/contract';
import { memory } from '@oddpixel/model-core/heads';
import { writeModel, type AnomalyModel } from '@oddpixel/model-core';
import { createPreprocessParams } from '@oddpixel/preprocess';
import { cpu, sharpCodec } from '@oddpixel/runtime-node';
import { trainFromDataset } from '@oddpixel/workflow';
import { tinyBackbone } from '../../../packages/model-core/test/tiny-backbone.ts';
import { cloth } from '../../../packages/workflow/test/cloth.ts';

export interface Fixture {
  readonly backend: Backend;
  readonly source: FileSource;
  readonly dataset: Dataset;
  readonly model: AnomalyModel;
  readonly modelBytes: Uint8Array;
  /** Trains the same model again, with a store in between. */
  train(store?: Store): Promise<Uint8Array>;
}

export const width = 64;
export const height = 32;

export function picture(seed: number): Raster {
  return cloth(width, height, seed);
}

export function encodePng({ data, channels, ...size }: Raster): Promise<Uint8Array> {
  const raw = { width: size.width, height: size.height, channels: channels as 3 };
  return sharp(data as Uint8Array, { raw })
    .png()
    .toBuffer();
}

export async function openFixture(): Promise<Fixture> {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 6; i++) files[`train/good/${i}.png`] = await encodePng(picture(i));
  for (let i = 0; i < 2; i++) files[`test/good/${i}.png`] = await encodePng(picture(10 + i));
  const source = memoryFileSource(new Map(Object.entries(files)));
  const dataset = await readAnomalyDataset(source);
  const backend = await cpu({ threads: 1 }).open();
  const preprocessing = createPreprocessParams({ imageWidth: width, imageHeight: height });
  const run = async (store?: Store): Promise<AnomalyModel> => {
    const { model } = await trainFromDataset(dataset, {
      backend,
      source,
      codec: sharpCodec(),
      preprocessing,
      backbone: { id: 'tiny', bytes: tinyBackbone() },
      head: memory({ numRows: 60 }),
      store,
      featureStore: store,
    });
    return model;
  };
  const model = await run();
  const train = async (store?: Store): Promise<Uint8Array> => writeModel(await run(store));
  return { backend, source, dataset, model, modelBytes: writeModel(model), train };
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
