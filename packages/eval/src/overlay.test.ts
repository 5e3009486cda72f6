import { describe, expect, test } from 'vitest';
import { ParameterError, type AnomalyImage, type Raster } from '@oddpixel/contract';
import { regionFromMap } from '@oddpixel/model-core';
import { colorMaps } from './color-maps.ts';
import { thumbnail, tileRasters } from './compose.ts';
import { renderMap, renderOverlay, toRgb } from './overlay.ts';

const map = { width: 4, height: 2, data: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7) };
const gray = (width: number, height: number, value: number) => ({
  width,
  height,
  channels: 1,
  data: new Uint8Array(width * height).fill(value),
});
const pixel = (raster: { width: number; data: ArrayLike<number> }, x: number, y: number): number[] =>
  Array.from({ length: 3 }, (_, c) => raster.data[3 * (y * raster.width + x) + c] as number);

describe('colour maps', () => {
  test.each(Object.entries(colorMaps))('%s has 256 colours without jumps', (_, table) => {
    expect(table).toHaveLength(768);
    for (let i = 3; i < table.length; i++) {
      expect(Math.abs((table[i] as number) - (table[i - 3] as number))).toBeLessThanOrEqual(12);
    }
  });
  test('inverses are the same colours from the other end', () => {
    expect([...colorMaps.jetInverse.slice(0, 3)]).toEqual([...colorMaps.jet.slice(-3)]);
    expect([...colorMaps.hotInverse.slice(-3)]).toEqual([...colorMaps.hot.slice(0, 3)]);
  });
});

test.each([
  // Published five-colour versions, and the corners of the piecewise linear ones.
  ['jet', '000080 0080ff 80ff80 ff8000 800000'],
  ['hot', '0a0000 b20000 ff5b00 ffff02 ffffff'],
  ['viridis', '440154 3b528b 21918c 5ec962 fde725'],
  ['inferno', '000004 57106e bc3754 f98e09 fcffa4'],
] as const)('%s has its published colours', (name, published) => {
  for (const [i, hex] of published.split(' ').entries()) {
    for (let c = 0; c < 3; c++) {
      const ours = colorMaps[name][3 * Math.round((255 * i) / 4) + c] as number;
      expect(Math.abs(ours - Number.parseInt(hex.slice(2 * c, 2 * c + 2), 16))).toBeLessThanOrEqual(3);
    }
  }
});

test('a map is drawn from the lowest to the highest colour, and values beyond keep the end colours', () => {
  const drawn = renderMap(map, { min: 2, max: 5, colorMap: 'viridis' });
  expect(pixel(drawn, 0, 0)).toEqual([...colorMaps.viridis.slice(0, 3)]);
  expect(pixel(drawn, 2, 0)).toEqual([...colorMaps.viridis.slice(0, 3)]);
  expect(pixel(drawn, 1, 1)).toEqual([...colorMaps.viridis.slice(-3)]);
  expect(pixel(drawn, 3, 1)).toEqual([...colorMaps.viridis.slice(-3)]);
});

describe('overlay', () => {
  test('leaves normal pixels as they are and covers anomalous ones', () => {
    const overlay = renderOverlay(gray(8, 4, 100), map, { min: 3, max: 7, opacity: 1, colorMap: 'hot' });
    expect([overlay.width, overlay.height, overlay.channels]).toEqual([8, 4, 3]);
    expect(pixel(overlay, 0, 0)).toEqual([100, 100, 100]);
    expect(pixel(overlay, 7, 3)).toEqual([...colorMaps.hot.slice(-3)]);
  });

  test('is symmetric for a mirrored map', () => {
    const slope = { width: 2, height: 1, data: Float32Array.of(0, 1) };
    const mirrored = { ...slope, data: Float32Array.of(1, 0) };
    const reds = (drawn: AnomalyImage): number[] => {
      const overlay = renderOverlay(gray(8, 1, 100), drawn, { min: -1, max: 1, opacity: 1 });
      return Array.from({ length: 8 }, (_, x) => pixel(overlay, x, 0)[0] as number);
    };
    expect(reds(mirrored)).toEqual(reds(slope).toReversed());
    // Pixels beyond the outer centres of map pixels have the outer values.
    expect(reds(slope)[0]).toBe(reds(slope)[1]);
    expect(reds(slope)[1]).not.toBe(reds(slope)[2]);
  });

  test('places the map into its box', () => {
    const geometry = {
      sourceWidth: 12,
      sourceHeight: 6,
      box: { x: 4, y: 2, width: 4, height: 2 },
      width: 4,
      height: 2,
    };
    const all = { ...map, data: new Float32Array(8).fill(9) };
    const overlay = renderOverlay(gray(12, 6, 50), all, { min: 0, max: 1, opacity: 1, geometry });
    const covered = Array.from(
      { length: 72 },
      (_, i) => pixel(overlay, i % 12, Math.floor(i / 12))[0] !== 50,
    );
    expect(covered.filter(Boolean)).toHaveLength(8);
    expect(covered[2 * 12 + 4] && covered[3 * 12 + 7]).toBe(true);
  });

  test('outlines the region and the ground truth', () => {
    const flat = { width: 10, height: 8, data: new Float32Array(80) };
    flat.data.fill(1, 33, 37);
    flat.data.fill(1, 43, 47);
    flat.data.fill(1, 53, 57);
    const groundTruth = new Uint8Array(80);
    groundTruth[9] = 1;
    const overlay = renderOverlay(gray(10, 8, 0), flat, {
      min: 5,
      max: 6,
      region: regionFromMap(flat, 1),
      regionColor: [255, 0, 0],
      groundTruth,
      groundTruthColor: [0, 255, 0],
    });
    expect(pixel(overlay, 3, 3)).toEqual([255, 0, 0]);
    expect(pixel(overlay, 4, 4)).toEqual([0, 0, 0]);
    expect(pixel(overlay, 9, 0)).toEqual([0, 255, 0]);
  });
});

describe('outlines', () => {
  test('a region stays visible in an image smaller than the map', () => {
    const large = { width: 40, height: 24, data: new Float32Array(960) };
    for (let seed = 0; seed < 960; seed += 7) {
      const groundTruth = new Uint8Array(960);
      groundTruth[seed] = 1;
      const groundTruthColor = [0, 255, 0] as const;
      const overlay = renderOverlay(gray(10, 8, 0), large, { min: 1, max: 2, groundTruth, groundTruthColor });
      const x = Math.floor((seed % 40) / 4);
      const y = Math.floor(Math.floor(seed / 40) / 3);
      const drawn = Array.from({ length: 80 }, (_, i) => i).filter((i) => overlay.data[3 * i + 1] === 255);
      expect(drawn).toHaveLength(1);
      expect(Math.abs((drawn[0] as number) - (y * 10 + x))).toBeLessThanOrEqual(11);
    }
  });

  test('nothing is drawn for parts outside the image', () => {
    const box = { x: -8, y: 0, width: 8, height: 4 };
    const geometry = { sourceWidth: 8, sourceHeight: 4, box, width: 4, height: 2 };
    const overlay = renderOverlay(gray(8, 4, 9), map, {
      min: 0,
      max: 1,
      geometry,
      groundTruth: new Uint8Array(8).fill(1),
    });
    expect([...new Set(overlay.data)]).toEqual([9]);
  });
});

test('an overlay of another depth equals the overlay of the 8-bit image', () => {
  const deep = { width: 8, height: 4, channels: 1, data: new Uint16Array(32).fill(100 * 257) };
  const range = { min: 1, max: 6, colorMap: 'viridis' } as const;
  expect([...renderOverlay(deep, map, range).data]).toEqual([
    ...renderOverlay(gray(8, 4, 100), map, range).data,
  ]);
});

test.each([
  ['opacity', { opacity: 1.5 }],
  ['groundTruth', { groundTruth: new Uint8Array(7) }],
  ['region', { region: { width: 2, height: 4, runs: new Int32Array() } }],
])('a wrong %s is refused', (name, options) => {
  const draw = () => renderOverlay(gray(8, 4, 0), map, { min: 0, max: 1, ...options });
  expect(draw).toThrow(ParameterError);
  expect(draw).toThrow(name);
});

test('any raster becomes 8-bit RGB', () => {
  const sixteen = { width: 2, height: 1, channels: 1, data: Uint16Array.of(0, 65_535) };
  expect([...toRgb(sixteen).data]).toEqual([0, 0, 0, 255, 255, 255]);
  const float = { width: 3, height: 1, channels: 1, data: Float32Array.of(-2, 0, 2) };
  expect([...toRgb(float).data]).toEqual([0, 0, 0, 128, 128, 128, 255, 255, 255]);
  const rgba = { width: 1, height: 1, channels: 4, hasAlpha: true, data: Uint8Array.of(1, 2, 3, 0) };
  expect([...toRgb(rgba).data]).toEqual([1, 2, 3]);
});

test('thumbnails are means over areas, and strips hold all images', () => {
  const checks = toRgb({
    width: 6,
    height: 4,
    channels: 1,
    data: Uint8Array.from({ length: 24 }, (_, i) => 255 * (i % 2)),
  });
  const small = thumbnail(checks, 3);
  expect([small.width, small.height, small.data[0]]).toEqual([3, 2, 128]);
  const pixels = Buffer.from(checks.data);
  expect([...thumbnail({ ...checks, data: pixels }, 3).data]).toEqual([...small.data]);
  expect(pixels.equals(checks.data as Uint8Array)).toBe(true);
  expect(thumbnail(checks, 10)).toBe(checks);
  const strip = tileRasters([checks, small, small], { columns: 2, gap: 1 });
  expect([strip.width, strip.height]).toEqual([13, 9]);
  expect(pixel(strip, 7, 0)).toEqual([128, 128, 128]);
  expect(pixel(strip, 6, 0)).toEqual([255, 255, 255]);
  const grays = tileRasters([gray(2, 3, 7), gray(2, 3, 9)], { gap: 1 });
  expect([pixel(grays, 0, 2), pixel(grays, 3, 2), pixel(grays, 4, 0)]).toEqual([
    [7, 7, 7],
    [9, 9, 9],
    [9, 9, 9],
  ]);
  expect(() => tileRasters([])).toThrow(ParameterError);
});

test('thumbnails keep depth and channels', () => {
  const deep = {
    width: 4,
    height: 2,
    channels: 1,
    data: Uint16Array.of(0, 1000, 65_535, 65_535, 0, 0, 1, 1),
  };
  expect(thumbnail(deep, 2)).toEqual({ ...deep, width: 2, height: 1, data: Uint16Array.of(250, 32_768) });
  const float = { ...deep, data: Float32Array.from(deep.data, (value) => value / 8) };
  expect(thumbnail(float, 2).data).toEqual(Float32Array.of(31.25, 4096));
  expect(() => thumbnail(deep, 0)).toThrow(ParameterError);
});

test('12 bits in 16 are drawn as bright as the same image in 8 bits', () => {
  const map = { width: 4, height: 2, data: new Float32Array(8) };
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => 8 * i);
  const eight: Raster = { width: 8, height: 4, channels: 1, data: bytes };
  const twelve: Raster = { ...eight, data: Uint16Array.from(bytes, (value) => value * 16) };
  const expected = [...renderOverlay(eight, map, { min: 0, max: 1 }).data];
  const differences = (drawn: Raster): number[] =>
    [...drawn.data].map((value, i) => Math.abs(value - (expected[i] as number)));
  expect(Math.max(...differences(renderOverlay(twelve, map, { min: 0, max: 1 })))).toBeLessThanOrEqual(1);
  const given = renderOverlay(twelve, map, { min: 0, max: 1, sourceRange: [0, 4080] });
  expect([...given.data]).toEqual(expected);
});

test('float images are scaled by the range of the model, whatever they hold', () => {
  const float: Raster = { width: 3, height: 1, channels: 1, data: Float32Array.of(-2, 0.5, 9) };
  expect([...toRgb(float, [0, 1]).data]).toEqual([0, 0, 0, 128, 128, 128, 255, 255, 255]);
});

test.each(['jet', 'hot', 'viridis', 'inferno'] as const)('NaN has the highest colour of %s', (colorMap) => {
  const odd = { width: 3, height: 1, data: Float32Array.of(0, NaN, 0) };
  const highest = [...colorMaps[colorMap].slice(-3)];
  for (const [min, max] of [
    [0, 1],
    [1, 1],
    [0, NaN],
  ] as const) {
    expect(pixel(renderMap(odd, { min, max, colorMap }), 1, 0)).toEqual(highest);
    const drawn = renderOverlay(gray(3, 1, 100), odd, { min, max, colorMap, opacity: 1 });
    expect(pixel(drawn, 1, 0)).toEqual(highest);
  }
});
