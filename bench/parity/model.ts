/** The model of the comparison: so small that a GPU in software runs it, but trained as every other one. */
import { readBackbone } from '@oddpixel/backbones/node';
import { small } from '@oddpixel/backbones/small';
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
import { median } from '../shared/rounds.ts';
import { goodApples } from './golden.ts';

export const modelSize = { width: 96, height: 64, goodImages: 24, rows: 300 } as const;

/** A memory model of good apples. */
export async function trainOnApples(backend: Backend): Promise<AnomalyModel> {
  const preprocessing = createPreprocessParams({
    imageWidth: modelSize.width,
    imageHeight: modelSize.height,
    // That of the float image.
    sourceRange: [0, 1],
  });
  const initial = await createInitialModel(await readBackbone(small), { preprocessing, id: small.id });
  const samples = samplesInMemory(
    goodApples(modelSize.goodImages).map((apple) => preprocessRaster(apple, preprocessing)),
  );
  const params = createTrainParams(memory({ numRows: modelSize.rows }));
  const { model } = await trainModel(initial, samples, params, { backend });
  return model;
}

/** What a good image scores: the unit for differences of small scores. @throws TypeError without calibration. */
export function medianGoodScore({ manifest }: AnomalyModel): number {
  const scores = manifest.calibration?.referenceScores ?? [];
  if (scores.length === 0)
    throw new TypeError('expected a calibrated model, received one without good scores');
  return median(scores);
}
