import { readFileSync } from 'node:fs';
import { floatsOf } from '@oddpixel/testing';
import type { Box, Raster } from '@oddpixel/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resampleToPlanes } from './resample.ts';

/** The definition, written out: every output pixel is a weighted mean over every source pixel of the box. */
function slowResample(raster: Raster, box: Box, width: number, height: number): Float64Array {
  const { channels } = raster;
  const out = new Float64Array(channels * height * width);
  const weight = (j: number, i: number, scale: number): number =>
    Math.max(0, 1 - Math.abs(j + 0.5 - (i + 0.5) * scale) / Math.max(scale, 1));
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        let weights = 0;
        for (let sy = 0; sy < box.height; sy++) {
          for (let sx = 0; sx < box.width; sx++) {
            const w = weight(sy, y, box.height / height) * weight(sx, x, box.width / width);
            const at = ((box.y + sy) * raster.width + box.x + sx) * channels + c;
            sum += w * (raster.data[at] ?? NaN);
            weights += w;
          }
        }
        out[(c * height + y) * width + x] = sum / weights;
      }
    }
  }
  return out;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] ?? NaN) - (b[i] ?? NaN)));
  return largest;
}

const rasters: fc.Arbitrary<Raster> = fc
  .record({
    width: fc.integer({ min: 1, max: 23 }),
    height: fc.integer({ min: 1, max: 17 }),
    channels: fc.integer({ min: 1, max: 5 }),
    kind: fc.constantFrom('u8', 'u16', 'f32'),
    seed: fc.nat(),
  })
  .map(({ width, height, channels, kind, seed }) => {
    const length = width * height * channels;
    const values = Array.from({ length }, (_, i) => (Math.imul(i + 1, 2_654_435_761) ^ seed) >>> 16);
    if (kind === 'u8') return { width, height, channels, data: Uint8Array.from(values) };
    if (kind === 'u16') return { width, height, channels, data: Uint16Array.from(values) };
    return { width, height, channels, data: Float32Array.from(values, (v) => v / 65_536 - 0.5) };
  });

describe('resampleToPlanes', () => {
  test('equals an independent implementation within 1e-3', () => {
    const golden = new URL('../test/golden/resize.json', import.meta.url);
    const cases = JSON.parse(readFileSync(golden, 'utf8')) as {
      inputHeight: number;
      inputWidth: number;
      outputHeight: number;
      outputWidth: number;
      /** Base64, as test/golden/README.md says. */
      input: string;
      expected: number[];
    }[];
    expect(cases).toHaveLength(4);
    for (const test of cases) {
      const { inputWidth: width, inputHeight: height, outputWidth, outputHeight } = test;
      const raster = { width, height, channels: 1, data: floatsOf(test.input) };
      const planes = resampleToPlanes(raster, { x: 0, y: 0, width, height }, outputWidth, outputHeight);
      expect(largestDifference(planes, test.expected)).toBeLessThan(1e-3);
    }
  });

  test('equals the definition for any type, size, number of channels and box', () => {
    const size = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(rasters, size, size, fc.infiniteStream(fc.nat()), (raster, width, height, picks) => {
        const pick = (max: number): number => (picks.next().value as number) % (max + 1);
        const x = pick(raster.width - 1);
        const y = pick(raster.height - 1);
        const box = {
          x,
          y,
          width: 1 + pick(raster.width - x - 1),
          height: 1 + pick(raster.height - y - 1),
        };
        const fast = resampleToPlanes(raster, box, width, height);
        const scale =
          raster.data instanceof Float32Array ? 1 : raster.data instanceof Uint8Array ? 255 : 65_535;
        expect(largestDifference(fast, slowResample(raster, box, width, height))).toBeLessThan(1e-6 * scale);
      }),
      { numRuns: 150 },
    );
  });

  test('stays within the source’s extremes and keeps a constant', () => {
    fc.assert(
      fc.property(rasters, (raster) => {
        const box = { x: 0, y: 0, width: raster.width, height: raster.height };
        const planes = resampleToPlanes(raster, box, 8, 5);
        const slack = 1e-6 * Math.max(...raster.data.map(Math.abs));
        expect(Math.min(...planes)).toBeGreaterThanOrEqual(Math.min(...raster.data) - slack);
        expect(Math.max(...planes)).toBeLessThanOrEqual(Math.max(...raster.data) + slack);
        const flat = { ...raster, data: raster.data.map(() => 0.5 * 16) } as Raster;
        for (const value of resampleToPlanes(flat, box, 7, 11)) expect(value).toBeCloseTo(8, 5);
      }),
      { numRuns: 50 },
    );
  });

  test('copies exactly if the size stays the same', () => {
    const data = Uint8Array.from({ length: 7 * 5 * 3 }, (_, i) => (i * 37) % 256);
    const planes = resampleToPlanes(
      { width: 7, height: 5, channels: 3, data },
      { x: 0, y: 0, width: 7, height: 5 },
      7,
      5,
    );
    const expected = [0, 1, 2].flatMap((c) => [...data].filter((_, i) => i % 3 === c));
    expect([...planes]).toEqual(expected);
  });

  test('does not alias: a one-pixel checkerboard becomes gray', () => {
    const data = Uint8Array.from({ length: 96 * 64 }, (_, i) => (((i % 96) + Math.floor(i / 96)) % 2) * 255);
    const planes = resampleToPlanes(
      { width: 96, height: 64, channels: 1, data },
      { x: 0, y: 0, width: 96, height: 64 },
      24,
      16,
    );
    for (const value of planes) expect(Math.abs(value - 127.5)).toBeLessThan(2);
  });
});
