/** A training so small that software can do it on a "GPU": the same in the page and in Node. */
import { hostTensor, type Backend, type PreprocessedSample, type PreprocessParams } from '@oddpixel/contract';
import { gaussian, memory, student } from '@oddpixel/model-core/heads';
import { loadModel, type AnomalyModel } from '@oddpixel/model-core';
import {
  createInitialModel,
  createTrainParams,
  samplesInMemory,
  trainModel,
} from '@oddpixel/model-core/train';

const width = 64;
const height = 32;
const preprocessing: PreprocessParams = {
  imageWidth: width,
  imageHeight: height,
  imageNumChannels: 3,
  imageRangeMin: 0,
  imageRangeMax: 255,
  normalizationType: 'none',
  domainHandling: 'fullDomain',
};

/** Stripes whose width follows from the number; from 100 on with a bright spot. */
function picture(number: number): PreprocessedSample {
  const data = Float32Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width) % height];
    const spot = number >= 100 && Math.abs(x - 40) < 6 && Math.abs(y - 12) < 5;
    return spot ? 250 : ((x * (3 + (number % 4)) + y * 5) % 64) + 60;
  });
  const box = { x: 0, y: 0, width, height };
  return {
    image: hostTensor('float32', [3, height, width], data),
    geometry: { sourceWidth: width, sourceHeight: height, box, width, height },
  };
}

const heads = {
  memory: memory({ numRows: 40 }),
  gaussian: gaussian(),
  student: student({ maxNumEpochs: 2, complexity: 3 }),
};

export type HeadName = keyof typeof heads;

/** A model of four good pictures. */
export async function trainTiny(
  head: HeadName,
  backbone: Uint8Array,
  backend: Backend,
): Promise<AnomalyModel> {
  const initial = await createInitialModel(backbone, { preprocessing, id: 'small' });
  const samples = samplesInMemory([0, 1, 2, 3].map(picture));
  const { model } = await trainModel(initial, samples, createTrainParams(heads[head]), { backend });
  return model;
}

/** Scores and maps of a good picture and an odd one. */
export async function scoresOf(
  model: AnomalyModel,
  backend: Backend,
): Promise<{ score: number; map: number[] }[]> {
  const loaded = await loadModel(model, backend);
  const results = await loaded.apply([picture(5), picture(101)]);
  await loaded.dispose();
  return results.map(({ anomalyScore, anomalyImage }) => ({
    score: anomalyScore,
    map: Array.from(anomalyImage.data),
  }));
}
