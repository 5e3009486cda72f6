import { ImageFormatError, ParameterError, type Raster, type Region } from '@oddpixel/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPreprocessParams } from './params.ts';
import { preprocessRaster } from './preprocess-raster.ts';
import { resampleToPlanes } from './resample.ts';

const width = 64;
const height = 32;
const pixels = width * height;
const params = createPreprocessParams({ imageWidth: width, imageHeight: height });
const gray = createPreprocessParams({ imageWidth: width, imageHeight: height, imageNumChannels: 1 });

function raster(
  channels: number,
  of: (x: number, y: number, c: number) => number,
  type: typeof Uint8Array | typeof Uint16Array | typeof Float32Array = Uint8Array,
): Raster {
  const data = new type(50 * 40 * channels);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / channels);
    data[i] = of(pixel % 50, Math.floor(pixel / 50), i % channels);
  }
  return { width: 50, height: 40, channels, data };
}

/** A region of the 50×40 source: one run in each of the given rows. */
const region = (top: number, bottom: number, left: number, right: number): Region => ({
  width: 50,
  height: 40,
  runs: Int32Array.from(Array.from({ length: bottom - top }, (_, i) => [top + i, left, right]).flat()),
});

const plane = (data: Float32Array, c: number): Float32Array => data.subarray(c * pixels, (c + 1) * pixels);

describe('preprocessRaster', () => {
  test('returns [C, H, W], the geometry and the id', () => {
    const { image, geometry, imageId } = preprocessRaster(
      raster(3, (x, y, c) => x + y + c),
      params,
      { imageId: 7 },
    );
    expect(image.dims).toEqual([3, height, width]);
    expect(imageId).toBe(7);
    expect(geometry).toEqual({
      sourceWidth: 50,
      sourceHeight: 40,
      box: { x: 0, y: 0, width: 50, height: 40 },
      width,
      height,
    });
    const full = { x: 0, y: 0, width: 50, height: 40 };
    expect(image.data).toEqual(
      resampleToPlanes(
        raster(3, (x, y, c) => x + y + c),
        full,
        width,
        height,
      ),
    );
  });

  test.each([
    ['8 bit', Uint8Array, 255, undefined],
    ['16 bit', Uint16Array, 65_535, undefined],
    ['float', Float32Array, 3, [-1, 3] as const],
  ])('`none` maps the full range of %s to the model’s', (_, type, high, sourceRange) => {
    const low = sourceRange?.[0] ?? 0;
    const image = raster(1, (x) => (x < 25 ? low : high), type as typeof Float32Array);
    const wide = { ...gray, imageRangeMin: -127, imageRangeMax: 128 };
    const { data } = preprocessRaster(image, sourceRange ? { ...wide, sourceRange } : wide).image;
    expect(data[0]).toBeCloseTo(-127, 4);
    expect(data[width - 1]).toBeCloseTo(128, 4);
  });

  test('needs the range of a float image for `none` only', () => {
    const image = raster(3, (x) => x / 50, Float32Array);
    expect(() => preprocessRaster(image, params)).toThrow(ParameterError);
    expect(() => preprocessRaster(image, params)).toThrow(/sourceRange/);
    preprocessRaster(image, { ...params, normalizationType: 'allChannels' });
  });

  test('`allChannels` stretches each channel to the range', () => {
    const image = raster(3, (x, y, c) => 10 + c * 40 + (x + y) * (c + 1) * 0.3);
    const { data } = preprocessRaster(image, { ...params, normalizationType: 'allChannels' }).image;
    for (const c of [0, 1, 2]) {
      expect(Math.min(...plane(data, c))).toBeCloseTo(0, 3);
      expect(Math.max(...plane(data, c))).toBeCloseTo(255, 3);
    }
  });

  test('`firstChannel` applies the map of the first channel to all channels', () => {
    const image = raster(3, (x, _, c) => 10 + x + c * 5);
    const { data } = preprocessRaster(image, { ...params, normalizationType: 'firstChannel' }).image;
    expect(Math.min(...plane(data, 0))).toBeCloseTo(0, 3);
    expect(Math.max(...plane(data, 0))).toBeCloseTo(255, 3);
    const perGrayValue = 255 / 49;
    expect(plane(data, 1)[5]).toBeCloseTo((plane(data, 0)[5] ?? NaN) + 5 * perGrayValue, 2);
  });

  test('maps an image of one value to the minimum of the range', () => {
    const flat = raster(3, () => 99);
    for (const normalizationType of ['firstChannel', 'allChannels'] as const) {
      const { data } = preprocessRaster(flat, { ...params, normalizationType, imageRangeMin: 3 }).image;
      expect(new Set(data)).toEqual(new Set([3]));
    }
  });

  test('`constantValues` standardizes source gray values, per model channel', () => {
    const options = {
      ...params,
      normalizationType: 'constantValues' as const,
      mean: [10, 20, 30],
      deviation: [1, 2, 4],
    };
    const rgb = preprocessRaster(
      raster(3, () => 50),
      options,
    ).image.data;
    expect([0, 1, 2].map((c) => plane(rgb, c)[3])).toEqual([40, 15, 5]);
    const fromGray = preprocessRaster(
      raster(1, () => 50),
      options,
    ).image.data;
    expect(fromGray).toEqual(rgb);
    const deep = preprocessRaster(
      raster(3, () => 5000, Uint16Array),
      options,
    ).image.data;
    expect(plane(deep, 0)[0]).toBeCloseTo(4990, 2);
  });

  test('replicates gray, and converts RGB to gray by BT.601', () => {
    const fromGray = preprocessRaster(
      raster(1, (x) => x),
      params,
    ).image.data;
    expect(plane(fromGray, 1)).toEqual(plane(fromGray, 0));
    expect(plane(fromGray, 2)).toEqual(plane(fromGray, 0));
    const [red, green, blue] = [0, 1, 2].map(
      (channel) =>
        preprocessRaster(
          raster(3, (_x, _y, c) => (c === channel ? 200 : 0)),
          gray,
        ).image.data[0] ?? NaN,
    );
    expect(red).toBeCloseTo(0.299 * 200, 3);
    expect(green).toBeCloseTo(0.587 * 200, 3);
    expect(blue).toBeCloseTo(0.114 * 200, 3);
  });

  test('accepts exactly the number of channels that the model takes', () => {
    const five = raster(5, (x, _, c) => x + c);
    const { image } = preprocessRaster(five, { ...params, imageNumChannels: 5 });
    expect(image.dims).toEqual([5, height, width]);
    expect(() => preprocessRaster(five, params)).toThrow(ImageFormatError);
    const four = raster(4, (x, _, c) => x + c);
    expect(preprocessRaster(four, { ...params, imageNumChannels: 4 }).image.dims[0]).toBe(4);
    expect(() => preprocessRaster({ ...four, hasAlpha: false }, params)).toThrow(/4 channels/);
  });

  test('composites alpha on black before resizing, with a warning if it matters', () => {
    const warnings: string[] = [];
    const onWarning = (message: string): number => warnings.push(message);
    const transparentRight = raster(4, (x, _, c) => (c === 3 ? (x < 25 ? 255 : 0) : 200));
    const { data } = preprocessRaster(transparentRight, params, { onWarning }).image;
    expect(data[0]).toBeCloseTo(200, 4);
    expect(data[width - 1]).toBe(0);
    expect(warnings).toEqual([expect.stringMatching(/composited on black/)]);

    const opaque = raster(2, (x, _, c) => (c === 1 ? 65_535 : x * 100), Uint16Array);
    const withoutAlpha = raster(1, (x) => x * 100, Uint16Array);
    expect(preprocessRaster(opaque, gray, { onWarning }).image).toEqual(
      preprocessRaster(withoutAlpha, gray).image,
    );
    expect(warnings).toHaveLength(1);
  });

  test('treats a box like an image of its own', () => {
    const whole = raster(3, (x, y, c) => x * 3 + y + c * 20);
    const box = { x: 11, y: 6, width: 23, height: 17 };
    const data = new Uint8Array(box.width * box.height * 3);
    for (let y = 0; y < box.height; y++) {
      const from = ((box.y + y) * 50 + box.x) * 3;
      data.set(whole.data.subarray(from, from + box.width * 3), y * box.width * 3);
    }
    const cut = { width: box.width, height: box.height, channels: 3, data };
    const tile = preprocessRaster(whole, params, { box });
    expect(tile.image).toEqual(preprocessRaster(cut, params).image);
    expect(tile.geometry).toMatchObject({ sourceWidth: 50, sourceHeight: 40, box });
    // With alpha too: the fourth channel is transparent in places.
    const ghost = raster(4, (x, y, c) => (c === 3 ? x * 5 : x + y));
    const ghostCut = raster(4, (x, y, c) => (c === 3 ? (x + box.x) * 5 : x + y + box.x + box.y));
    const composed = preprocessRaster(ghost, params, { box: { ...box, width: 20, height: 10 } });
    const cutComposed = preprocessRaster(ghostCut, params, { box: { x: 0, y: 0, width: 20, height: 10 } });
    expect(composed.image).toEqual(cutComposed.image);
  });

  test('handles the domain in three ways', () => {
    const image = raster(3, (x, y) => x * 2 + y);
    const domain = region(5, 25, 10, 40);
    const full = preprocessRaster(image, { ...params, domainHandling: 'fullDomain' }, { domain });
    expect(full).toEqual(preprocessRaster(image, params));

    const kept = preprocessRaster(image, { ...params, domainHandling: 'keepDomain' }, { domain });
    expect(kept.image).toEqual(full.image);
    expect(kept.geometry.box).toEqual(full.geometry.box);
    const runs = kept.geometry.domain?.runs ?? new Int32Array();
    // Rows and columns whose middle lies in the domain: 32 rows show 40, 64 columns show 50.
    expect([...runs.subarray(0, 3)]).toEqual([4, 13, 51]);
    expect(runs.length / 3).toBe(16);
    expect(kept.geometry.domain).toMatchObject({ width, height });

    const cropped = preprocessRaster(image, { ...params, domainHandling: 'cropDomain' }, { domain });
    expect(cropped.geometry.box).toEqual({ x: 10, y: 5, width: 30, height: 20 });
    expect(cropped.geometry.domain).toBeUndefined();
    expect(cropped.image).toEqual(preprocessRaster(image, params, { box: cropped.geometry.box }).image);
  });

  test('uses a given box instead of the box of a cropped domain', () => {
    const box = { x: 3, y: 4, width: 20, height: 10 };
    const options = { ...params, domainHandling: 'cropDomain' } as const;
    const sample = preprocessRaster(
      raster(3, (x) => x),
      options,
      { box, domain: region(5, 25, 10, 40) },
    );
    expect(sample.geometry.box).toEqual(box);
  });

  test('takes the extremes from a kept domain only', () => {
    // A glaring border outside the domain.
    const image = raster(1, (x, y) => (x < 10 ? 255 : 50 + y));
    const options = { ...gray, domainHandling: 'keepDomain', normalizationType: 'allChannels' } as const;
    const { image: tensor, geometry } = preprocessRaster(image, options, { domain: region(0, 40, 12, 50) });
    const inside: number[] = [];
    const runs = geometry.domain?.runs ?? new Int32Array();
    for (let r = 0; r < runs.length; r += 3) {
      const row = (runs[r] ?? 0) * width;
      inside.push(...tensor.data.subarray(row + (runs[r + 1] ?? 0), row + (runs[r + 2] ?? 0)));
    }
    expect(Math.min(...inside)).toBeCloseTo(0, 3);
    expect(Math.max(...inside)).toBeCloseTo(255, 3);
    expect(Math.max(...tensor.data)).toBeGreaterThan(1000);
  });

  test('warns of a domain that is too small for the model', () => {
    const warnings: string[] = [];
    const big: Raster = { width: 500, height: 400, channels: 1, data: new Uint8Array(500 * 400) };
    const speck: Region = { width: 500, height: 400, runs: Int32Array.of(1, 1, 2) };
    preprocessRaster(
      big,
      { ...gray, domainHandling: 'keepDomain' },
      { domain: speck, onWarning: (message) => warnings.push(message) },
    );
    expect(warnings).toEqual([expect.stringMatching(/domain is too small/)]);
  });

  test.each([
    { box: { x: 0, y: 0, width: 51, height: 40 } },
    { box: { x: -1, y: 0, width: 5, height: 5 } },
    { box: { x: 0.5, y: 0, width: 5, height: 5 } },
    { box: { x: 0, y: 0, width: 0, height: 5 } },
    { domain: { width: 40, height: 50, runs: Int32Array.of(0, 0, 1) } },
    { domain: { width: 50, height: 40, runs: new Int32Array() } },
  ])('refuses %j', (options) => {
    expect(() =>
      preprocessRaster(
        raster(1, () => 1),
        gray,
        options,
      ),
    ).toThrow(ParameterError);
  });

  test('refuses malformed rasters, NaN and infinite values', () => {
    const image = raster(1, () => 1);
    for (const bad of [{ width: 49 }, { height: 0 }, { channels: 2 }, { width: NaN }]) {
      expect(() => preprocessRaster({ ...image, ...bad }, gray)).toThrow(ImageFormatError);
    }
    for (const value of [NaN, Infinity, -Infinity]) {
      const float = raster(1, (x, y) => (x === 20 && y === 20 ? value : 1), Float32Array);
      expect(() => preprocessRaster(float, { ...gray, sourceRange: [0, 1] })).toThrow(/NaN or infinite/);
    }
  });

  test('does not change its input and never leaves the range with `none`', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 60, maxLength: 60 }), (values) => {
        const image: Raster = { width: 5, height: 4, channels: 3, data: values };
        const before = values.slice();
        const { data } = preprocessRaster(image, params).image;
        expect(values).toEqual(before);
        expect(Math.min(...data)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...data)).toBeLessThanOrEqual(255);
      }),
      { numRuns: 20 },
    );
  });
});
