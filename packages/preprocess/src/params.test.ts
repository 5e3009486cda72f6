import { ParameterError, type PreprocessParams } from '@oddpixel/contract';
import { describe, expect, test } from 'vitest';
import {
  checkPreprocessParams,
  createPreprocessParams,
  defaultPreprocessParams,
  loadPreprocessParams,
  preprocessParamsFromModel,
  savePreprocessParams,
} from './params.ts';

const create = (options: Record<string, unknown>): PreprocessParams =>
  createPreprocessParams(options as Partial<PreprocessParams>);

describe('createPreprocessParams', () => {
  test('fills in the defaults', () => {
    expect(createPreprocessParams()).toEqual(defaultPreprocessParams);
    expect(createPreprocessParams({ imageWidth: 320, imageHeight: 192 })).toMatchObject({
      imageWidth: 320,
      imageHeight: 192,
      imageNumChannels: 3,
    });
  });

  test.each([
    [{ imageWidth: 250 }, /`imageWidth`, received 250\. Use 256, the nearest/],
    [{ imageHeight: 300 }, /Use 288, the nearest/],
    [{ imageHeight: 5 }, /Use 32, the nearest/],
    [{ imageWidth: 0 }, /integer from 1/],
    [{ imageWidth: 256.5 }, /integer/],
    [{ imageWidth: NaN }, /number/],
    [{ imageWidth: '256' }, /number/],
    [{ imageNumChannels: 0 }, /integer/],
    [{ imageRangeMin: 255 }, /above imageRangeMin/],
    [{ imageRangeMax: Infinity }, /number/],
    [{ normalizationType: 'first_channel' }, /one of none, firstChannel/],
    [{ normalizationType: 'constantValues' }, /3 numbers for `mean`/],
    [{ normalizationType: 'constantValues', mean: [1, 2, 3], deviation: [1, 0, 1] }, /positive/],
    [{ mean: [1, 2, 3] }, /no value with normalizationType none/],
    [{ domainHandling: 'crop' }, /one of fullDomain/],
    [{ sourceRange: [1, 0] }, /ascending/],
    [{ sourceRange: [0] }, /2 numbers/],
    [{ imageSize: 256 }, /unknown field imageSize/],
  ])('refuses %j', (options, message) => {
    expect(() => create(options)).toThrow(ParameterError);
    expect(() => create(options)).toThrow(message);
  });
});

describe('saving and loading', () => {
  const params = createPreprocessParams({
    imageWidth: 320,
    imageHeight: 192,
    normalizationType: 'constantValues',
    mean: [100, 110, 120],
    deviation: [50, 51, 52],
    domainHandling: 'cropDomain',
    sourceRange: [-1, 1],
  });

  test('parameters are read back equal', () => {
    expect(loadPreprocessParams(savePreprocessParams(params))).toEqual(params);
  });

  test.each(['', '{', 'null', '[]', '3', '{"imageWidth":100}'])('refuses %j', (text) => {
    expect(() => loadPreprocessParams(text)).toThrow(ParameterError);
  });

  test('accepts the odd size of a foreign model only with anySize', () => {
    const foreign = { ...params, imageWidth: 300 };
    const text = savePreprocessParams(foreign);
    expect(() => loadPreprocessParams(text)).toThrow(/multiple of 32/);
    expect(loadPreprocessParams(text, { anySize: true })).toEqual(foreign);
  });
});

describe('checking against a model', () => {
  const preprocessing = createPreprocessParams({ imageWidth: 320, imageHeight: 192 });
  const manifest = { modelType: 'anomaly', preprocessing } as const;

  test('returns the parameters of the model', () => {
    expect(preprocessParamsFromModel(manifest)).toEqual(preprocessing);
    const foreign = {
      modelType: 'external',
      preprocessing: { ...preprocessing, imageWidth: 300 },
    } as const;
    expect(preprocessParamsFromModel(foreign).imageWidth).toBe(300);
  });

  test('allows only domain and source range to differ', () => {
    checkPreprocessParams({ ...preprocessing, domainHandling: 'cropDomain', sourceRange: [0, 1] }, manifest);
    for (const change of [
      { imageWidth: 192 },
      { imageHeight: 320 },
      { imageNumChannels: 1 },
      { imageRangeMax: 1 },
      { imageRangeMin: -127 },
      { normalizationType: 'allChannels' as const },
    ]) {
      expect(() => checkPreprocessParams({ ...preprocessing, ...change }, manifest)).toThrow(
        /as in the model/,
      );
    }
  });
});
