import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { referencePath, referenceTitle } from '@oddpixel/testing';
import { ModelFormatError, OddpixelError, type ModelManifest } from '@oddpixel/contract';
import { exportStandalone, importExternalModel } from '../interop/index.ts';
import { GraphBuilder, readGraph, reduceMean, relu, writeGraph } from '@oddpixel/graph';
import { checkModel } from './check-model.ts';
import { createModel, readModel } from './model.ts';

const width = 64;
const height = 32;

/** A foreign model: the map is the mean of the channels. */
function foreignBytes(): Uint8Array {
  const g = new GraphBuilder({ opset: 17 });
  const image = g.input('image', 'float32', ['N', 3, height, width]);
  g.output('anomaly_map', relu(reduceMean(image, [1], { keepDims: true })));
  return writeGraph(g.build());
}

const preprocessing: ModelManifest['preprocessing'] = {
  imageWidth: width,
  imageHeight: height,
  imageNumChannels: 3,
  imageRangeMin: 0,
  imageRangeMax: 255,
  normalizationType: 'none',
  domainHandling: 'fullDomain',
};

describe('a manifest and its graph', () => {
  const model = importExternalModel(foreignBytes(), { preprocessing });

  test('agree in a file of our own', () => {
    expect(readModel(model.bytes).manifest).toEqual(model.manifest);
  });

  const wrong: [what: string, change: Partial<ModelManifest>][] = [
    ['another width', { preprocessing: { ...preprocessing, imageWidth: 2 * width } }],
    [
      'width and height exchanged',
      { preprocessing: { ...preprocessing, imageWidth: height, imageHeight: width } },
    ],
    ['a gigantic size', { preprocessing: { ...preprocessing, imageHeight: 2 ** 30 } }],
    ['one channel', { preprocessing: { ...preprocessing, imageNumChannels: 1 } }],
    ['another input', { external: { input: 'picture', map: 'anomaly_map' } }],
    ['another map', { external: { input: 'image', map: 'map' } }],
    ['a score that is not there', { external: { input: 'image', map: 'anomaly_map', score: 'score' } }],
  ];

  test.each(wrong)('that contradict each other are refused: %s', (_, change) => {
    const { bytes } = createModel(readGraph(model.bytes), { ...model.manifest, ...change });
    expect(() => readModel(bytes)).toThrow(ModelFormatError);
    expect(() => checkModel({ bytes, manifest: { ...model.manifest, ...change } })).toThrow(ModelFormatError);
  });
});

const hostile = referencePath('cases', 'hostile', 'models');

describe('hostile files', () => {
  test.skipIf(hostile === undefined)(`${referenceTitle('end in typed errors', hostile)}`, () => {
    for (const name of ['man_size_1x2pow30', 'no_outputs', 'score_missing', 'fn_billion_laughs']) {
      const bytes = new Uint8Array(readFileSync(`${hostile}/${name}.onnx`));
      expect(() => exportStandalone(readModel(bytes))).toThrow(OddpixelError);
    }
  });
});
