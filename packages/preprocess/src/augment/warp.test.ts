/** Resampling against the slow obvious version, which knows neither the map nor folding. */
import type { ImageGeometry, Region } from '@oddpixel/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Augmentation } from './draw.ts';
import { sourceMap } from './source-map.ts';
import { warpPlanes, warpRegion } from './warp.ts';

type Geometric = Omit<Augmentation, 'brightness' | 'contrast' | 'noise'>;

/** Where the middle of a new image's pixel was, in the old image's units (pixel i covers [i, i + 1)): step by step. */
function slowSource(a: Geometric, g: ImageGeometry, x: number, y: number): [number, number] {
  let u = x + 0.5 - g.width / 2 - a.shiftX;
  let v = y + 0.5 - g.height / 2 - a.shiftY;
  const pixelWidth = g.box.width / g.width;
  const pixelHeight = g.box.height / g.height;
  const back = (-a.degrees * Math.PI) / 180;
  const [px, py] = [(u * pixelWidth) / a.zoom, (v * pixelHeight) / a.zoom];
  u = (px * Math.cos(back) - py * Math.sin(back)) / pixelWidth;
  v = (px * Math.sin(back) + py * Math.cos(back)) / pixelHeight;
  for (let q = 0; q < a.quarterTurns; q++) [u, v] = [v, -u];
  return [(a.flipHorizontal ? -u : u) + g.width / 2, (a.flipVertical ? -v : v) + g.height / 2];
}

/** Every pixel of a wide strip of reflections has its say, by the triangle around the position. */
function slowValue(plane: Float32Array, g: ImageGeometry, [u, v]: readonly [number, number]): number {
  const weights = (position: number, length: number): Float64Array => {
    const sums = new Float64Array(length);
    for (let tile = -40; tile <= 40; tile++) {
      for (let i = 0; i < length; i++) {
        const middle = tile * length + (tile % 2 === 0 ? i : length - 1 - i) + 0.5;
        sums[i] = (sums[i] ?? NaN) + Math.max(0, 1 - Math.abs(position - middle));
      }
    }
    return sums;
  };
  const across = weights(u, g.width);
  const along = weights(v, g.height);
  let value = 0;
  for (const [i, pixel] of plane.entries()) {
    value += (across[i % g.width] ?? NaN) * (along[Math.floor(i / g.width)] ?? NaN) * pixel;
  }
  return value;
}

interface Case {
  readonly augmentation: Augmentation;
  readonly geometry: ImageGeometry;
  readonly values: Float32Array;
  readonly domain: Region;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    width: fc.integer({ min: 1, max: 12 }),
    height: fc.integer({ min: 1, max: 9 }),
    square: fc.boolean(),
    channels: fc.constantFrom(1, 3),
    boxWidth: fc.integer({ min: 1, max: 40 }),
    boxHeight: fc.integer({ min: 1, max: 40 }),
    flipHorizontal: fc.boolean(),
    flipVertical: fc.boolean(),
    quarterTurns: fc.integer({ min: 0, max: 3 }),
    degrees: fc.oneof(fc.constantFrom(0, 30, 45, 90), fc.double({ min: -180, max: 180, noNaN: true })),
    zoom: fc.oneof(fc.constant(1), fc.double({ min: 0.5, max: 1.5, noNaN: true })),
    shiftX: fc.integer({ min: -6, max: 6 }),
    shiftY: fc.integer({ min: -6, max: 6 }),
    seed: fc.nat(),
  })
  // Very flat pixels need more reflections than the strip has.
  .filter(({ boxWidth, boxHeight }) => Math.max(boxWidth / boxHeight, boxHeight / boxWidth) < 3)
  .map(({ square, channels, seed, ...given }) => {
    const height = square ? given.width : given.height;
    const { width, boxWidth, boxHeight, quarterTurns } = given;
    const values = Float32Array.from(
      { length: channels * width * height },
      (_, i) => (Math.imul(i + 1, 2_654_435_761) ^ seed) >>> 24,
    );
    const runs = Array.from({ length: height }, (_, y) => {
      const begin = ((seed >>> 3) + 3 * y) % width;
      return [y, begin, begin + 1 + (((seed >>> 5) + y) % (width - begin))];
    });
    return {
      augmentation: {
        ...given,
        quarterTurns: width === height ? quarterTurns : 0,
        brightness: 0,
        contrast: 1,
        noise: 0,
      },
      geometry: {
        sourceWidth: boxWidth,
        sourceHeight: boxHeight,
        box: { x: 0, y: 0, width: boxWidth, height: boxHeight },
        width,
        height,
      },
      values,
      domain: { width, height, runs: Int32Array.from(runs.flat()) },
    };
  });

test('the warp equals the slow version for any flips, turns, rotation, zoom and shift', () => {
  fc.assert(
    fc.property(cases, ({ augmentation, geometry, values }) => {
      const { width, height } = geometry;
      const warped = warpPlanes(values, width, height, sourceMap(augmentation, geometry));
      const pixels = width * height;
      expect(warped.length).toBe(values.length);
      for (const [i, value] of warped.entries()) {
        const pixel = i % pixels;
        const plane = values.subarray(i - pixel, i - pixel + pixels);
        const source = slowSource(augmentation, geometry, pixel % width, Math.floor(pixel / width));
        expect(Math.abs(value - slowValue(plane, geometry, source))).toBeLessThan(1e-4);
      }
    }),
    { numRuns: 200 },
  );
});

test('a region is warped by the nearest pixel', () => {
  fc.assert(
    fc.property(cases, ({ augmentation, geometry, domain }) => {
      const { width, height } = geometry;
      const moved = warpRegion(domain, sourceMap(augmentation, geometry));
      expect([moved.width, moved.height]).toEqual([width, height]);
      const mask = maskOf(domain);
      const movedMask = maskOf(moved);
      for (const [i, inside] of movedMask.entries()) {
        const [u, v] = slowSource(augmentation, geometry, i % width, Math.floor(i / width));
        // Halfway between two pixels the last bit decides: either may be the nearest.
        if ([u, v].some((position) => Math.abs(position - Math.round(position)) < 1e-9)) continue;
        const nearest: [number, number] = [Math.floor(u) + 0.5, Math.floor(v) + 0.5];
        expect(inside).toBe(slowValue(mask, geometry, nearest));
      }
    }),
    { numRuns: 200 },
  );
});

test('the runs of a warped region are in order and never touch', () => {
  fc.assert(
    fc.property(cases, ({ augmentation, geometry, domain }) => {
      const { runs, width, height } = warpRegion(domain, sourceMap(augmentation, geometry));
      let previous = -1;
      for (let r = 0; r < runs.length; r += 3) {
        const [row = NaN, begin = NaN, end = NaN] = runs.subarray(r, r + 3);
        expect(begin >= 0 && begin < end && end <= width && row < height).toBe(true);
        expect(row * (width + 1) + begin).toBeGreaterThan(previous);
        previous = row * (width + 1) + end;
      }
    }),
  );
});

function maskOf({ width, height, runs }: Region): Float32Array {
  const mask = new Float32Array(width * height);
  for (let r = 0; r < runs.length; r += 3) {
    const [row = NaN, begin = NaN, end = NaN] = runs.subarray(r, r + 3);
    for (let x = begin; x < end; x++) mask[row * width + x] = 1;
  }
  return mask;
}
