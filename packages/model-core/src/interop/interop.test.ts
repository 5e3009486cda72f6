import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { hostTensor, ModelFormatError, ModelStateError, ParameterError } from '@oddpixel/contract';
import { loadModel } from '../model/load.ts';
import { withManifest, type AnomalyModel } from '../model/model.ts';
import {
  conv,
  GraphBuilder,
  mul,
  pickOutputs,
  readGraph,
  reduceMax,
  relu,
  reshape,
  resize,
  writeGraph,
} from '@oddpixel/graph';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import { stripes, stripesPreprocessing, stripesSize } from '../../test/stripes.ts';
import { paramsOf } from '../../test/heads.ts';
import { tinyBackbone } from '../../test/tiny-backbone.ts';
import { calibrateModel, createInitialModel, samplesInMemory, trainModel } from '../train/index.ts';
import { exportStandalone } from './export-standalone.ts';
import { externalInputSize, importExternalModel } from './import-external.ts';

const backend = ortBackend();
const good = Array.from({ length: 6 }, (_, i) => stripes(i));
let model: AnomalyModel;

beforeAll(async () => {
  const initial = await createInitialModel(tinyBackbone(), {
    preprocessing: stripesPreprocessing,
    id: 'tiny',
  });
  ({ model } = await trainModel(initial, samplesInMemory(good), paramsOf('memory', { numRows: 100 }), {
    backend,
  }));
});

/** Interleaved pixels of a sample, which is at model size already, so no resize blurs the comparison. */
function toPixels(index: number, blot?: { x: number; y: number }): Uint8Array {
  const { width, height } = stripesSize;
  const planes = stripes(index, blot).image.data;
  return Uint8Array.from(
    { length: 3 * width * height },
    (_, i) => planes[(i % 3) * width * height + Math.floor(i / 3)] as number,
  );
}

async function runStandalone(bytes: Uint8Array, pixels: Uint8Array): Promise<Record<string, Tensor>> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const image = new Tensor('uint8', pixels, [stripesSize.height, stripesSize.width, 3]);
  return (await session.run({ image })) as Record<string, Tensor>;
}

describe('exportStandalone', () => {
  test('gives the map, score, verdict and mask of the model from raw pixels', async () => {
    const loaded = await loadModel(model, backend);
    const standalone = exportStandalone(model);
    for (const blot of [undefined, { x: 40, y: 16 }]) {
      const [result] = await loaded.apply([stripes(9, blot)]);
      const outputs = await runStandalone(standalone, toPixels(9, blot));
      expect(outputs['anomaly_map']?.dims).toEqual([1, 1, stripesSize.height, stripesSize.width]);
      expect(outputs['pred_score']?.data[0]).toBeCloseTo(result?.anomalyScore ?? Number.NaN, 3);
      expect(outputs['pred_label']?.data[0]).toBe(result?.anomalyClassId);
      const runs = result?.anomalyRegion?.runs ?? [];
      let area = 0;
      for (let i = 0; i < runs.length; i += 3) area += (runs[i + 2] as number) - (runs[i + 1] as number);
      const mask = outputs['pred_mask']?.data as Uint8Array;
      expect(Math.abs(mask.reduce((a, b) => a + b, 0) - area)).toBeLessThanOrEqual(2);
    }
    await loaded.dispose();
  });

  test('makes the thresholds named, overridable inputs', () => {
    const graph = readGraph(exportStandalone(model, { threshold: 123.5 }));
    expect(graph.inputs.map(({ name }) => name)).toEqual(['image', 'image_threshold', 'pixel_threshold']);
    expect(graph.initializers.get('image_threshold')?.data[0]).toBe(123.5);
    expect(graph.initializers.get('pixel_threshold')?.data[0]).toBeCloseTo(
      model.manifest.thresholds?.segmentation ?? 0,
      4,
    );
  });

  test.each(['firstChannel', 'allChannels', 'constantValues'] as const)(
    'normalizes as preprocessing does: %s',
    async (normalizationType) => {
      const changed = withManifest(model, {
        preprocessing: {
          ...stripesPreprocessing,
          normalizationType,
          mean: [10, 20, 30],
          deviation: [2, 3, 4],
        },
      });
      const pixels = toPixels(9, { x: 8, y: 8 });
      const planes = stripes(9, { x: 8, y: 8 }).image.data.map((value) => Math.trunc(value));
      const size = stripesSize.width * stripesSize.height;
      const extremes = [0, 1, 2].map((c) => {
        const plane = planes.subarray(c * size, (c + 1) * size);
        return { low: Math.min(...plane), high: Math.max(...plane) };
      });
      const normalized = planes.map((value, i) => {
        const c = Math.floor(i / size);
        if (normalizationType === 'constantValues') return (value - 10 * (c + 1)) / (c + 2);
        const { low, high } = extremes[normalizationType === 'firstChannel' ? 0 : c] ?? { low: 0, high: 1 };
        return ((value - low) * 255) / (high - low);
      });
      const loaded = await loadModel(changed, backend);
      const sample = { ...stripes(9), image: hostTensor('float32', [3, 64, 96], normalized) };
      const [result] = await loaded.apply([sample]);
      const outputs = await runStandalone(exportStandalone(changed), pixels);
      const score = Number(outputs['pred_score']?.data[0]);
      expect(Math.abs(score - (result?.anomalyScore ?? 0)) / score).toBeLessThan(1e-3);
      await loaded.dispose();
    },
  );

  test('maps the gray value range as preprocessing does', async () => {
    const changed = withManifest(model, {
      preprocessing: { ...stripesPreprocessing, sourceRange: [20, 200] },
    });
    const mapped = stripes(9).image.data.map((value) => ((Math.trunc(value) - 20) * 255) / 180);
    const loaded = await loadModel(changed, backend);
    const sample = { ...stripes(9), image: hostTensor('float32', [3, 64, 96], mapped) };
    const [result] = await loaded.apply([sample]);
    const outputs = await runStandalone(exportStandalone(changed), toPixels(9));
    const score = Number(outputs['pred_score']?.data[0]);
    expect(Math.abs(score - (result?.anomalyScore ?? 0)) / score).toBeLessThan(1e-3);
    await loaded.dispose();
  });

  test('needs a trained model with a threshold', async () => {
    const initial = await createInitialModel(tinyBackbone(), {
      preprocessing: stripesPreprocessing,
      id: 'tiny',
    });
    expect(() => exportStandalone(initial)).toThrow(ModelStateError);
    expect(() => exportStandalone(model, { threshold: Number.NaN })).toThrow(ParameterError);
  });
});

/** A foreign model: brightness against its neighbourhood is anomalous; no score, or one of shape [N]. */
function foreign(options: { score?: boolean; batch?: number; mapName?: string } = {}): Uint8Array {
  const g = new GraphBuilder({ name: 'foreign' });
  const x = g.input('input', 'float32', [options.batch ?? 'batch', 3, 64, 96]);
  const kernel = g.constant(hostTensor('float32', [1, 3, 8, 8], new Float32Array(192).fill(1 / 192)));
  const map = resize(relu(conv(mul(x, 1), kernel, undefined, { strides: [8, 8] })), 64, 96);
  g.output(options.mapName ?? 'anomaly_map', map);
  if (options.score === true) g.output('pred_score', reshape(reduceMax(map, [1, 2, 3]), [-1]));
  return writeGraph(g.build());
}

const foreignPreprocessing = { ...stripesPreprocessing, imageRangeMax: 1 };
const unit = (index: number): ReturnType<typeof stripes> => {
  const sample = stripes(index);
  return {
    ...sample,
    image: hostTensor(
      'float32',
      [3, 64, 96],
      sample.image.data.map((value) => value / 255),
    ),
  };
};

describe('importExternalModel', () => {
  test.each([{ score: true }, { score: false }, { score: true, batch: 1 }])(
    'gives a model that runs and calibrates like ours: %o',
    async (options) => {
      const external = importExternalModel(foreign(options), { preprocessing: foreignPreprocessing });
      expect(external.manifest.modelType).toBe('external');
      const samples = Array.from({ length: 5 }, (_, i) => unit(i));
      const calibrated = await calibrateModel(external, samplesInMemory(samples), { backend });
      const loaded = await loadModel(calibrated, backend);
      const results = await loaded.apply(samples);
      for (const { anomalyScore, anomalyImage, anomalyClass } of results) {
        expect(anomalyScore).toBeCloseTo(
          anomalyImage.data.reduce((a, b) => Math.max(a, b)),
          5,
        );
        expect(anomalyClass).toBe('ok');
      }
      await loaded.dispose();
    },
  );

  test('loads a model written by another program', async () => {
    const bytes = new Uint8Array(readFileSync(new URL('fixtures/external.onnx', import.meta.url)));
    const external = importExternalModel(bytes, { preprocessing: foreignPreprocessing });
    expect(external.manifest.external).toEqual({ input: 'input', map: 'anomaly_map', score: 'pred_score' });
    const samples = Array.from({ length: 12 }, (_, i) => unit(i));
    const loaded = await loadModel(
      await calibrateModel(external, samplesInMemory(samples), { backend }),
      backend,
    );
    const odd = unit(31);
    // A white bar.
    for (let row = 0; row < 3 * 64; row++) odd.image.data.fill(1, row * 96 + 40, row * 96 + 56);
    const results = await loaded.apply([unit(30), odd]);
    expect(results[1]?.anomalyClass).toBe('nok');
    expect(results[1]?.anomalyScore).toBeGreaterThan(1.3 * (results[0]?.anomalyScore ?? Infinity));
    expect(results[0]?.anomalyImage).toMatchObject({ width: 96, height: 64 });
    await loaded.dispose();
  });

  test('finds outputs by name, or uses the given names', () => {
    const bytes = foreign({ mapName: 'output_7' });
    expect(() => importExternalModel(bytes, { preprocessing: foreignPreprocessing })).toThrow(
      /no anomaly map/,
    );
    const named = importExternalModel(bytes, { preprocessing: foreignPreprocessing, map: 'output_7' });
    expect(named.manifest.external).toEqual({ input: 'input', map: 'output_7' });
    expect(externalInputSize(bytes)).toEqual({ width: 96, height: 64, channels: 3 });
  });

  test('refuses models that do not fit', () => {
    expect(() =>
      importExternalModel(foreign(), { preprocessing: { ...foreignPreprocessing, imageWidth: 64 } }),
    ).toThrow(ParameterError);
    expect(() => importExternalModel(new Uint8Array(20), { preprocessing: foreignPreprocessing })).toThrow(
      ModelFormatError,
    );
    const headless = writeGraph(pickOutputs(readGraph(model.bytes), ['anomaly_score']));
    expect(() => importExternalModel(headless, { preprocessing: stripesPreprocessing })).toThrow(
      /no anomaly map/,
    );
  });
});
