import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnomalyImage, Result } from '@oddpixel/contract';
import { regionArea, regionComponents, regionFromMap, regionToMask } from './region.ts';

const maps = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 7 }))
  .chain(([width, height]) =>
    fc
      .array(fc.integer({ min: 0, max: 3 }), { minLength: width * height, maxLength: width * height })
      .map((values): AnomalyImage => ({ width, height, data: Float32Array.from(values) })),
  );

function resultOf(map: AnomalyImage, threshold: number, scale = 1): Result {
  return {
    anomalyImage: map,
    anomalyScore: 0,
    anomalyRegion: regionFromMap(map, threshold),
    geometry: {
      sourceWidth: map.width * scale,
      sourceHeight: map.height * scale,
      box: { x: 0, y: 0, width: map.width * scale, height: map.height * scale },
      width: map.width,
      height: map.height,
    },
  };
}

/** Obvious flood fill: the number of 8-connected components of a mask. */
function countComponents(mask: Uint8Array, width: number, height: number): number {
  const seen = new Uint8Array(mask.length);
  let count = 0;
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] === 0 || seen[start] === 1) continue;
    count++;
    const stack = [start];
    while (stack.length > 0) {
      const at = stack.pop() as number;
      if (seen[at] === 1 || mask[at] === 0) continue;
      seen[at] = 1;
      const [x, y] = [at % width, Math.floor(at / width)];
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++)
          if (x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height)
            stack.push(at + dy * width + dx);
    }
  }
  return count;
}

describe('regions', () => {
  test('hold exactly the pixels at or above the threshold', () => {
    fc.assert(
      fc.property(maps, fc.integer({ min: 0, max: 4 }), (map, threshold) => {
        const region = regionFromMap(map, threshold);
        expect([...regionToMask(region)]).toEqual([...map.data].map((v) => (v >= threshold ? 1 : 0)));
        expect(regionArea(region)).toBe([...map.data].filter((v) => v >= threshold).length);
      }),
    );
  });

  test('leave out pixels outside the domain', () => {
    const map: AnomalyImage = { width: 4, height: 2, data: new Float32Array(8).fill(5) };
    const domain = { width: 4, height: 2, runs: Int32Array.of(1, 1, 3) };
    expect([...regionFromMap(map, 1, domain).runs]).toEqual([1, 1, 3]);
  });

  test('split into the components that a flood fill finds', () => {
    fc.assert(
      fc.property(maps, (map) => {
        const result = resultOf(map, 2);
        const mask = Uint8Array.from(map.data, (v) => (v >= 2 ? 1 : 0));
        const components = regionComponents(result);
        expect(components.length).toBe(countComponents(mask, map.width, map.height));
        expect(components.reduce((sum, c) => sum + c.area, 0)).toBe(mask.reduce((a, b) => a + b, 0));
      }),
    );
  });

  test('are measured in source pixels', () => {
    const map: AnomalyImage = { width: 5, height: 3, data: new Float32Array(15) };
    map.data[5 + 2] = 4;
    map.data[5 + 3] = 9;
    const base = resultOf(map, 1, 10);
    const shifted: Result = {
      ...base,
      geometry: { ...base.geometry, box: { x: 100, y: 200, width: 50, height: 30 } },
    };
    expect(regionComponents(shifted)).toEqual([
      {
        area: 200,
        box: { x: 120, y: 210, width: 20, height: 10 },
        centre: { x: 130, y: 215 },
        peak: { x: 135, y: 215, value: 9 },
      },
    ]);
  });
});

test('NaN pixels count as anomalous, with the highest value', () => {
  const data = Float32Array.of(0, 3, 0, 0, 0, NaN, 0, 0, 0, 0, 9, NaN);
  const [first, second, third] = regionComponents(resultOf({ width: 6, height: 2, data }, 2));
  expect([first?.peak.value, second?.peak.value, third]).toEqual([NaN, 3, undefined]);
  expect(first).toMatchObject({ area: 3, peak: { x: 5.5, y: 0.5 } });
});
