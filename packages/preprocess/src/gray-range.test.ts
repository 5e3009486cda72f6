import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ImageFormatError, type PreprocessParams, type Raster } from '@oddpixel/contract';
import { createPreprocessParams } from './params.ts';
import { preprocessRaster } from './preprocess-raster.ts';

const params = createPreprocessParams({ imageWidth: 64, imageHeight: 32, imageNumChannels: 1 });
const within = (sourceRange: readonly [number, number]): PreprocessParams => ({ ...params, sourceRange });

function raster(fill: (i: number) => number, type: 'u8' | 'u16' | 'f32', channels = 1): Raster {
  const [width, height] = [64, 32];
  const values = Array.from({ length: width * height * channels }, (_, i) => fill(i));
  const data = { u8: Uint8Array, u16: Uint16Array, f32: Float32Array }[type].from(values);
  return { width, height, channels, data };
}

function preprocess(image: Raster, given: PreprocessParams): { data: Float32Array; warnings: string[] } {
  const warnings: string[] = [];
  const { data } = preprocessRaster(image, given, { onWarning: (text) => warnings.push(text) }).image;
  return { data, warnings };
}

describe('sourceRange', () => {
  test('maps 12 bits in 16, and float, like 8 bits of the same image', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2048, maxLength: 2048 }), (values) => {
        const at = (i: number): number => values[i] as number;
        const eight = preprocess(raster(at, 'u8'), params).data;
        const twelve = preprocess(
          raster((i) => 16 * at(i), 'u16'),
          within([0, 4080]),
        );
        const float = preprocess(
          raster((i) => at(i) / 255 - 3, 'f32'),
          within([-3, -2]),
        );
        eight.forEach((value, i) => {
          expect(twelve.data[i]).toBeCloseTo(value, 3);
          expect(float.data[i]).toBeCloseTo(value, 3);
        });
        expect(twelve.warnings).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  test('applies to 8-bit images too', () => {
    expect(
      preprocess(
        raster(() => 60, 'u8'),
        within([20, 100]),
      ).data[0],
    ).toBeCloseTo(127.5, 4);
  });

  test('keeps values beyond it on both sides, with a warning if they are many or far', () => {
    const image = raster((i) => (i % 64 < 32 ? 10 : 300), 'u16');
    const { data, warnings } = preprocess(image, within([100, 200]));
    expect(data[0]).toBeCloseTo(-229.5, 3);
    expect(data[63]).toBeCloseTo(510, 3);
    expect(warnings).toEqual([expect.stringMatching(/outside the range 100\.\.200/)]);
    const one = (value: number): string[] =>
      preprocess(
        raster((i) => (i === 99 ? value : 150), 'u16'),
        within([100, 200]),
      ).warnings;
    expect(one(210)).toEqual([]);
    expect(one(301)).toHaveLength(1);
  });

  test.each([
    [1e20, [0, 1]],
    [-1e20, [0, 1]],
    [2e6, [0, 1]],
  ] as const)('refuses %d with the range %j: a model could only overflow', (value, range) => {
    const image = raster((i) => (i === 700 ? value : 0.5), 'f32');
    expect(() => preprocess(image, within(range))).toThrow(ImageFormatError);
    expect(() => preprocess(image, within(range))).toThrow(/gray value .* far outside the range 0\.\.1/);
  });

  test('refuses values far beyond what a model can handle, even with constantValues', () => {
    const constants = createPreprocessParams({
      ...params,
      normalizationType: 'constantValues',
      mean: [0.5],
      deviation: [0.1],
    });
    expect(() =>
      preprocess(
        raster(() => 1e20, 'f32'),
        constants,
      ),
    ).toThrow(/far outside/);
  });

  test.each([NaN, Infinity, -Infinity])(
    'refuses float images that hold %d, whatever the normalization',
    (value) => {
      const image = raster((i) => (i === 700 ? value : 0.5), 'f32');
      for (const normalizationType of ['none', 'firstChannel', 'allChannels'] as const) {
        expect(() => preprocess(image, { ...within([0, 1]), normalizationType })).toThrow(/NaN or infinite/);
      }
    },
  );
});

describe('the form of the source', () => {
  test('states depth, channels and the used gray values, without alpha', () => {
    const form = (image: Raster): unknown => preprocessRaster(image, params).source;
    expect(form(raster(() => 7, 'u8', 3))).toEqual({ depth: '8 bit', channels: 'RGB' });
    const withAlpha = raster((i) => (i % 2 === 0 ? 100 + i : 65_535), 'u16', 2);
    expect(form(withAlpha)).toEqual({
      depth: '16 bit',
      channels: 'gray with alpha',
      grayRange: [100, 100 + 64 * 32 * 2 - 2],
    });
  });
});

test('an image of four channels is refused, naming the channels that could be adapted', () => {
  const image: Raster = { ...raster(() => 1, 'u8', 4), hasAlpha: false };
  expect(() => preprocessRaster(image, params)).toThrow(
    /4 channels; expected 1 \(gray\) or 3 \(RGB\).*Save the channels that matter as RGB.*mark it as alpha/,
  );
});
