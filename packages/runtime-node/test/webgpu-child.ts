/**
 * Runs the conformance suite on WebGPU, opens our own graphs without CPU fallback, compares scores and a training
 * with the CPU; prints what happened as JSON. A process of its own, since drivers are chosen by the environment that it starts with.
 */
import { readFile } from 'node:fs/promises';
import { runCases } from '@oddpixel/conformance';
import { hostTensor, type Backend, type PreprocessParams } from '@oddpixel/contract';
import { gaussian, memory, student } from '@oddpixel/model-core/heads';
import { loadModel, type AnomalyModel } from '@oddpixel/model-core';
import {
  createInitialModel,
  createTrainParams,
  samplesInMemory,
  trainModel,
  type Head,
  type TrainingSample,
} from '@oddpixel/model-core/train';
import { tinyBackbone } from '../../model-core/test/tiny-backbone.ts';
import { cpu, webgpu } from '../src/backends.ts';

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

function sample(seed: number): TrainingSample {
  const data = Float32Array.from(
    { length: 3 * width * height },
    (_, i) => (i * (37 + seed) + seed * seed) % 256,
  );
  const box = { x: 0, y: 0, width, height };
  return {
    image: hostTensor('float32', [3, height, width], data),
    geometry: { sourceWidth: width, sourceHeight: height, box, width, height },
  };
}

/** The backbone that comes with the product, once: in software, a device compiles it for half a minute per training. */
const small = new Uint8Array(await readFile(new URL('../../backbones/assets/small.onnx', import.meta.url)));
const tiny = tinyBackbone();

async function train(head: Head, backbone: Uint8Array): Promise<AnomalyModel> {
  const backend = await cpu().open();
  const initial = await createInitialModel(backbone, { preprocessing, id: 'backbone' });
  const samples = samplesInMemory(Array.from({ length: 4 }, (_, i) => sample(i)));
  const { model } = await trainModel(initial, samples, createTrainParams(head), { backend });
  await backend.dispose();
  return model;
}

/** The errors after each epoch of a student that is trained where the features are computed. */
async function studentErrors(backend: Backend): Promise<number[]> {
  const initial = await createInitialModel(tiny, { preprocessing, id: 'tiny' });
  const params = createTrainParams(student({ maxNumEpochs: 3, complexity: 3 }));
  const samples = samplesInMemory(Array.from({ length: 4 }, (_, i) => sample(i)));
  const { result } = await trainModel(initial, samples, params, { backend });
  return result.history.map(({ error }) => error);
}

async function score(model: AnomalyModel, backend: Backend): Promise<{ score: number; map: Float32Array }> {
  const loaded = await loadModel(model, backend);
  const [result] = await loaded.apply([sample(9)]);
  await loaded.dispose();
  return { score: result?.anomalyScore ?? Number.NaN, map: result?.anomalyImage.data ?? new Float32Array() };
}

const summary = await runCases(webgpu());
const strict = await webgpu({ strict: true }).open();
const reference = await cpu().open();
const ours: Record<string, string | number> = {};
const trainings: readonly (readonly [Head, Uint8Array])[] = [
  [memory({ numRows: 40 }), small],
  [gaussian(), tiny],
];
for (const [head, backbone] of trainings) {
  const model = await train(head, backbone);
  try {
    // Without CPU fallback the session opens only when every node has a kernel on the device.
    const [gpu, expected] = [await score(model, strict), await score(model, reference)];
    const unit = model.manifest.calibration?.referenceScores[2] ?? 1;
    ours[head.type] = gpu.map.reduce(
      (worst, value, i) =>
        Math.max(worst, Math.abs(value - (expected.map[i] as number)) / Math.max(value, unit)),
      Math.abs(gpu.score - expected.score) / Math.max(expected.score, unit),
    );
  } catch (error) {
    ours[head.type] = String(error);
  }
}
const errors = { webgpu: await studentErrors(strict), cpu: await studentErrors(reference) };
const { keepOnDevice } = strict.capabilities;
await strict.dispose();
const failed = summary.failed.map(({ name, error }) => `${name}: ${error.message}`);
process.stdout.write(
  `${JSON.stringify({ keepOnDevice, passed: summary.passed.length, failed, skipped: summary.skipped, ours, student: errors })}\n`,
);
