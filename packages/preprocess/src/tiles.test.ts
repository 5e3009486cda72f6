import { ParameterError, type AnomalyImage, type Box } from '@oddpixel/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blendTiles, createTileBlender, type TileMap } from './blend.ts';
import { planTiles } from './tiles.ts';

/** What a model would give for a tile if `field` (source position → value) were the truth. */
function tileMap(box: Box, width: number, height: number, field: (x: number, y: number) => number): TileMap {
  const data = new Float32Array(width * height);
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const x = box.x + ((i + 0.5) * box.width) / width;
      const y = box.y + ((j + 0.5) * box.height) / height;
      data[j * width + i] = field(x, y);
    }
  }
  return { box, map: { width, height, data } };
}

const at = (map: AnomalyImage, x: number, y: number): number => map.data[y * map.width + x] ?? NaN;

describe('planTiles', () => {
  test('covers every pixel, inside the image, with at least the overlap', () => {
    const length = fc.integer({ min: 1, max: 300 });
    const tile = fc.integer({ min: 1, max: 120 });
    fc.assert(
      fc.property(length, length, tile, tile, fc.nat(), (width, height, tileWidth, tileHeight, o) => {
        const overlap = o % Math.min(tileWidth, tileHeight);
        fc.pre(((width / (tileWidth - overlap)) * height) / (tileHeight - overlap) < 2000);
        const boxes = planTiles(width, height, { tileWidth, tileHeight, overlap });
        const xs = [...new Set(boxes.map(({ x }) => x))].sort((a, b) => a - b);
        const ys = [...new Set(boxes.map(({ y }) => y))].sort((a, b) => a - b);
        expect(boxes.length).toBe(xs.length * ys.length);
        for (const [starts, size, total] of [
          [xs, Math.min(tileWidth, width), width],
          [ys, Math.min(tileHeight, height), height],
        ] as const) {
          expect(starts[0]).toBe(0);
          expect((starts.at(-1) ?? NaN) + size).toBe(total);
          for (let i = 1; i < starts.length; i++) {
            expect((starts[i - 1] ?? NaN) + size - (starts[i] ?? NaN)).toBeGreaterThanOrEqual(overlap);
          }
        }
        for (const box of boxes) {
          expect(box.width).toBe(Math.min(tileWidth, width));
          expect(box.height).toBe(Math.min(tileHeight, height));
        }
      }),
    );
  });

  test('refuses more than 10,000 tiles before it plans them', () => {
    const tile = { tileWidth: 64, tileHeight: 64, overlap: 63 };
    expect(() => planTiles(14_000, 14_063, tile)).toThrow(
      /at most 10000 tiles .* received 195118000 for 14000×14063/,
    );
    expect(() => planTiles(14_000, 14_063, tile)).toThrow(ParameterError);
    expect(planTiles(163, 163, tile)).toHaveLength(10_000);
    expect(() => planTiles(164, 163, tile)).toThrow(ParameterError);
  });

  test('aligns the last tile to the border', () => {
    const xs = planTiles(1000, 256, { tileWidth: 256, tileHeight: 256, overlap: 32 }).map(({ x }) => x);
    expect(xs).toEqual([0, 224, 448, 672, 744]);
  });

  test('gives one tile for a small image', () => {
    expect(planTiles(100, 60, { tileWidth: 256, tileHeight: 128, overlap: 16 })).toEqual([
      { x: 0, y: 0, width: 100, height: 60 },
    ]);
  });

  test.each([
    [0, 5, 4, 4, 0],
    [5, 5, 0, 4, 0],
    [5, 5, 4, 4, 4],
    [5, 5, 8, 4, 4],
    [5, 5, 4, 4, -1],
    [5, 5, 4.5, 4, 0],
  ])('refuses image %i×%i, tile %d×%d, overlap %i', (width, height, tileWidth, tileHeight, overlap) => {
    expect(() => planTiles(width, height, { tileWidth, tileHeight, overlap })).toThrow(ParameterError);
  });
});

describe('blendTiles', () => {
  const plans = fc.record({
    width: fc.integer({ min: 20, max: 90 }),
    height: fc.integer({ min: 20, max: 70 }),
    tileWidth: fc.integer({ min: 12, max: 40 }),
    tileHeight: fc.integer({ min: 12, max: 40 }),
    overlap: fc.integer({ min: 0, max: 11 }),
    mapWidth: fc.integer({ min: 4, max: 32 }),
    mapHeight: fc.integer({ min: 4, max: 32 }),
  });

  test('keeps a constant exactly, whatever the tiles', () => {
    fc.assert(
      fc.property(plans, ({ width, height, mapWidth, mapHeight, ...options }) => {
        const tiles = planTiles(width, height, options).map((box) =>
          tileMap(box, mapWidth, mapHeight, () => 7.25),
        );
        const blended = blendTiles(tiles, { sourceWidth: width, sourceHeight: height });
        for (const value of blended.data) expect(value).toBeCloseTo(7.25, 5);
      }),
      { numRuns: 60 },
    );
  });

  test('keeps a linear map exactly, up to half a map pixel from the border', () => {
    const field = (x: number, y: number): number => 3 + 0.5 * x - 0.25 * y;
    fc.assert(
      fc.property(plans, ({ width, height, mapWidth, mapHeight, ...options }) => {
        const boxes = planTiles(width, height, options);
        const stepX = (boxes[0]?.width ?? NaN) / mapWidth;
        const stepY = (boxes[0]?.height ?? NaN) / mapHeight;
        // With less overlap than two map pixels, neighbours' maps do not reach over the seam.
        fc.pre(options.overlap > 2 * Math.max(stepX, stepY));
        const tiles = boxes.map((box) => tileMap(box, mapWidth, mapHeight, field));
        const blended = blendTiles(tiles, { sourceWidth: width, sourceHeight: height });
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const [sx, sy] = [x + 0.5, y + 0.5];
            if (sx < stepX / 2 || sx > width - stepX / 2 || sy < stepY / 2 || sy > height - stepY / 2)
              continue;
            expect(Math.abs(at(blended, x, y) - field(sx, sy))).toBeLessThan(1e-4);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('shows no seam if neighbours disagree', () => {
    const [width, height] = [96, 40];
    const boxes = planTiles(width, height, { tileWidth: 40, tileHeight: 40, overlap: 16 });
    const tiles = boxes.map((box, index) => tileMap(box, 20, 20, () => (index % 2 === 0 ? 0 : 1)));
    const blended = blendTiles(tiles, { sourceWidth: width, sourceHeight: height });
    let largestStep = 0;
    for (let x = 1; x < width; x++) {
      largestStep = Math.max(largestStep, Math.abs(at(blended, x, 20) - at(blended, x - 1, 20)));
    }
    expect(largestStep).toBeGreaterThan(0);
    // From 0 to 1 within the overlap less half a map pixel on both sides: 14 pixels.
    expect(largestStep).toBeLessThan(1 / 14 + 1e-6);
  });

  test('puts a peak in its place, even at a smaller size', () => {
    const [width, height] = [400, 300];
    const peak = { x: 251, y: 187 };
    const field = (x: number, y: number): number =>
      Math.max(0, 1 - Math.hypot(x - peak.x - 0.5, y - peak.y - 0.5) / 12);
    const boxes = planTiles(width, height, { tileWidth: 128, tileHeight: 96, overlap: 24 });
    const tiles = boxes.map((box) => tileMap(box, 64, 48, field));
    for (const scale of [1, 2]) {
      const size = { width: width / scale, height: height / scale };
      const blended = blendTiles(tiles, { sourceWidth: width, sourceHeight: height, ...size });
      const best = blended.data.indexOf(Math.max(...blended.data));
      expect(Math.abs((best % size.width) * scale - peak.x)).toBeLessThanOrEqual(2);
      expect(Math.abs(Math.floor(best / size.width) * scale - peak.y)).toBeLessThanOrEqual(2);
    }
  });

  test('depends on the order of tiles only by rounding', () => {
    const boxes = planTiles(70, 50, { tileWidth: 32, tileHeight: 24, overlap: 10 });
    const tiles = boxes.map((box, index) => tileMap(box, 16, 12, (x, y) => x + y + index));
    const options = { sourceWidth: 70, sourceHeight: 50 };
    const forward = blendTiles(tiles, options);
    const backward = blendTiles(tiles.toReversed(), options);
    forward.data.forEach((value, i) => expect(backward.data[i]).toBeCloseTo(value, 4));
  });

  test('refuses missing, duplicate, unplanned and malformed tiles', () => {
    const boxes = planTiles(70, 50, { tileWidth: 32, tileHeight: 24, overlap: 10 });
    const options = { sourceWidth: 70, sourceHeight: 50 };
    const [first, second] = boxes.map((box) => tileMap(box, 16, 12, () => 0)) as [TileMap, TileMap];
    const blender = createTileBlender(boxes, options);
    blender.add(first);
    expect(() => blender.add(first)).toThrow(/each once/);
    expect(() => blender.add({ ...first, box: { ...first.box, x: 1 } })).toThrow(/planned box/);
    expect(() => blender.add({ ...second, map: { ...second.map, width: 12, height: 16 } })).toThrow(/16×12/);
    expect(() => blender.finish()).toThrow(/all 9 planned tiles for `tiles`, received 1/);
    expect(() => createTileBlender(boxes.slice(1), options)).toThrow(/grid/);
    expect(() => createTileBlender(boxes, { ...options, sourceWidth: 71 })).toThrow(/of 71/);
    expect(() => createTileBlender([], options)).toThrow(ParameterError);
  });
});
