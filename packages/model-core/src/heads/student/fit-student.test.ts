import { beforeAll, describe, expect, test } from 'vitest';
import { hostTensor, ParameterError, type HostTensor, type Result, createRandom } from '@oddpixel/contract';
import { loadModel } from '../../model/load.ts';
import { readModel, writeModel, type AnomalyModel } from '../../model/model.ts';
import { GraphBuilder } from '@oddpixel/graph';
import { referenceBackend, runGraph } from '@oddpixel/graph/reference';
import { blotPair, expectBlotFound } from '../../../test/blot.ts';
import { paramsOf, type MixedParams } from '../../../test/heads.ts';
import { keepingBackend } from '@oddpixel/testing/keeping-backend';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import { stripes, stripesPreprocessing } from '../../../test/stripes.ts';
import { tinyBackbone } from '../../../test/tiny-backbone.ts';
import { createInitialModel } from '../../train/initial-model.ts';
import { startStudent, studentDistance, studentShapes } from './student-network.ts';
import { trainModel, type TrainModelOptions, type TrainResult } from '../../train/train-model.ts';
import { samplesInMemory, type TrainingSample } from '../../train/training-sample.ts';

const good = (count: number, from = 0): TrainingSample[] =>
  Array.from({ length: count }, (_, i) => stripes(from + i));
let initial: AnomalyModel;

beforeAll(async () => {
  initial = await createInitialModel(tinyBackbone(), { preprocessing: stripesPreprocessing, id: 'tiny' });
});

function train(
  params: MixedParams = {},
  options: Partial<TrainModelOptions> = {},
): Promise<{ model: AnomalyModel; result: TrainResult }> {
  return trainModel(
    initial,
    samplesInMemory(good(8)),
    paramsOf('student', { maxNumEpochs: 6, complexity: 3, ...params }),
    { backend: ortBackend(), ...options },
  );
}

async function apply(model: AnomalyModel, samples: readonly TrainingSample[]): Promise<Result[]> {
  const loaded = await loadModel(model, ortBackend());
  const results = await loaded.apply(samples);
  await loaded.dispose();
  return results;
}

describe('the student head', () => {
  test('learns, finds a blot and its place, and calibrates on images that it has not seen', async () => {
    const reports: number[] = [];
    const { model, result } = await train(
      { maxNumEpochs: 20 },
      {
        validation: samplesInMemory(good(5, 20)),
        onProgress: ({ phase, error }) => phase === 'epochs' && reports.push(error ?? Number.NaN),
      },
    );
    expect(reports).toEqual(result.history.map(({ error }) => error));
    expect(result.bestError).toBeLessThan(0.5 * (reports[0] ?? 0));
    expect(result.bestError).toBe(Math.min(...reports));
    const { training, thresholds, head } = readModel(writeModel(model)).manifest;
    expect(training?.history).toEqual(result.history);
    expect(head).toMatchObject({ type: 'student', parameters: { complexity: 3, maxNumEpochs: 20 } });
    expect(thresholds?.statement).toMatchObject({ kind: 'guaranteed', referenceCount: 5 });

    expectBlotFound(await apply(model, blotPair()));
  });

  test('has no threshold if no image was held out', async () => {
    const { model } = await train({ maxNumEpochs: 1 });
    expect([model.manifest.calibration, model.manifest.thresholds]).toEqual([undefined, undefined]);
  });

  test('resumes from any checkpoint to the same bytes', async () => {
    const checkpoints: Uint8Array[] = [];
    const whole = await train({}, { onCheckpoint: (bytes) => void checkpoints.push(bytes) });
    expect(checkpoints).toHaveLength(6);
    const again = await train();
    expect(Buffer.from(again.model.bytes).equals(Buffer.from(whole.model.bytes))).toBe(true);
    for (const resume of [checkpoints[0], checkpoints[3], checkpoints[5]] as Uint8Array[]) {
      const resumed = await train({}, { resume });
      expect(Buffer.from(resumed.model.bytes).equals(Buffer.from(whole.model.bytes))).toBe(true);
      expect(resumed.result).toEqual(whole.result);
    }
    await expect(train({ seed: 1 }, { resume: checkpoints[2] as Uint8Array })).rejects.toThrow(
      /`seed` differs/,
    );
    const every: number[] = [];
    await train({}, { checkpointEvery: 4, onCheckpoint: ({ length }) => void every.push(length) });
    expect(every).toHaveLength(2);
  });

  test('keeps its weights on a device that supports it, with equal results', async () => {
    const backend = keepingBackend(ortBackend());
    const { model } = await train({ maxNumEpochs: 2 }, { backend });
    expect(Buffer.from(model.bytes).equals(Buffer.from((await train({ maxNumEpochs: 2 })).model.bytes))).toBe(
      true,
    );
    expect(backend.alive).toBe(0);
  });

  test('learns equally on ONNX Runtime and on the interpreter', async () => {
    const params = { maxNumEpochs: 2, complexity: 1 };
    const histories = [];
    for (const backend of [ortBackend(), await referenceBackend().open()]) {
      const { result } = await trainModel(initial, samplesInMemory(good(2)), paramsOf('student', params), {
        backend,
      });
      histories.push(result.history);
    }
    const [ort = [], reference = []] = histories;
    ort.forEach(({ error }, i) => expect(error / (reference[i]?.error ?? Number.NaN)).toBeCloseTo(1, 3));
  }, 120_000);

  test('reports divergence with advice if the learning rate is absurd', async () => {
    await expect(train({ learningRate: 1, maxNumEpochs: 30 })).rejects.toThrow(/diverged.*learning rate/i);
  });

  test('refuses parameters out of range', () => {
    for (const wrong of [
      { complexity: 0 },
      { domainRatio: 0 },
      { learningRate: 2 },
      { errorThreshold: -1 },
    ]) {
      expect(() => paramsOf('student', wrong)).toThrow(ParameterError);
    }
  });
});

test('the distance follows its formula', async () => {
  const [positions, dims] = [5, 3];
  const random = createRandom(5);
  const shapes = studentShapes(dims, 1);
  const weights = startStudent(shapes, random);
  const patches = Float32Array.from({ length: positions * dims }, () => 4 * random.next() - 2);
  const scale = { residualVariance: Float32Array.of(0.5, 1, 2), hardest: 0.05 };

  const g = new GraphBuilder();
  const input = g.input('patches', 'float32', [1, positions, dims]);
  const parameters = Object.fromEntries(Object.entries(weights).map(([name, t]) => [name, g.constant(t)]));
  g.output('distances', studentDistance(input, parameters, scale));
  const feeds = { patches: hostTensor('float32', [1, positions, dims], patches) };
  const { distances } = await runGraph(g.build(), feeds);

  const layer = (x: readonly number[], name: string): number[] => {
    const [matrix, bias] = [weights[`student/${name}`], weights[`student/${name}/bias`]] as [
      HostTensor,
      HostTensor,
    ];
    return Array.from({ length: bias.data.length }, (_, column) =>
      x.reduce(
        (sum, value, row) => sum + value * Number(matrix.data[row * bias.data.length + column]),
        Number(bias.data[column]),
      ),
    );
  };
  // The error function by its integral, in small steps.
  const erf = (x: number): number => {
    let sum = 0;
    for (let i = 0; i < 2000; i++) sum += Math.exp(-((((i + 0.5) * x) / 2000) ** 2)) * (x / 2000);
    return (2 / Math.sqrt(Math.PI)) * sum;
  };
  const gelu = (x: readonly number[]): number[] => x.map((v) => 0.5 * v * (1 + erf(v / Math.SQRT2)));
  for (let p = 0; p < positions; p++) {
    const x = [...patches.subarray(p * dims, (p + 1) * dims)];
    const mean = layer(gelu(layer(layer(gelu(layer(x, 'encode')), 'narrow'), 'widen')), 'decode');
    const [difficulty = 0] = layer(gelu(layer(x, 'look')), 'judge');
    const scaled = x.reduce(
      (sum, v, c) => sum + (v - (mean[c] ?? 0)) ** 2 / (scale.residualVariance[c] ?? 1),
      0,
    );
    const expected = Math.sqrt((scaled / dims) * Math.exp(-0.5 * Math.min(difficulty, scale.hardest)));
    expect(Number(distances?.data[p])).toBeCloseTo(expected, 4);
  }
});
