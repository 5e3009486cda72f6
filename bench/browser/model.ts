/** The model that is inspected with: trained as every other one, on apples that are wider than high. */
import { readBackbone } from '@oddpixel/backbones/node';
import { small } from '@oddpixel/backbones/small';
import { renderApple } from '@oddpixel/dataset/apples';
import type { Backend } from '@oddpixel/contract';
import { memory } from '@oddpixel/model-core/heads';
import type { AnomalyModel } from '@oddpixel/model-core';
import {
  createInitialModel,
  createTrainParams,
  samplesInMemory,
  trainModel,
} from '@oddpixel/model-core/train';
import { createPreprocessParams, preprocessRaster } from '@oddpixel/preprocess';

export interface ModelSize {
  readonly width: number;
  readonly height: number;
  /** Of the memory. */
  readonly rows: number;
  readonly goodImages: number;
}

/** A memory model on `small`. */
export async function trainMemory(
  backend: Backend,
  { width, height, rows, goodImages }: ModelSize,
): Promise<AnomalyModel> {
  const preprocessing = createPreprocessParams({ imageWidth: width, imageHeight: height });
  const initial = await createInitialModel(await readBackbone(small), { preprocessing, id: small.id });
  const apples = Array.from({ length: goodImages }, (_, seed) => renderApple({ seed }).raster);
  const samples = samplesInMemory(apples.map((apple) => preprocessRaster(apple, preprocessing)));
  const params = createTrainParams(memory({ numRows: rows }));
  return (await trainModel(initial, samples, params, { backend })).model;
}
