import { ImageFormatError, type ImageGeometry, type Raster } from '@oddpixel/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { labelComponents } from './components.ts';
import { preprocessMask } from './mask.ts';

const geometry = (
  width: number,
  height: number,
  sourceWidth: number,
  sourceHeight: number,
): ImageGeometry => ({
  sourceWidth,
  sourceHeight,
  box: { x: 0, y: 0, width: sourceWidth, height: sourceHeight },
  width,
  height,
});

const drawing = (rows: readonly string[], value = 255): Raster => ({
  width: rows[0]?.length ?? 0,
  height: rows.length,
  channels: 1,
  data: Uint8Array.from(rows.join(''), (mark) => (mark === '#' ? value : 0)),
});

/** Flood fill with an explicit stack: the obvious way. */
function countByFlooding(marked: Uint8Array, width: number, height: number): number {
  const open = marked.slice();
  let count = 0;
  for (let start = 0; start < open.length; start++) {
    if (open[start] === 0) continue;
    count++;
    const stack = [start];
    while (stack.length > 0) {
      const at = stack.pop() ?? 0;
      if (open[at] === 0) continue;
      open[at] = 0;
      const [x, y] = [at % width, Math.floor(at / width)];
      for (const [dx, dy] of [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => [dx, dy] as const))) {
        const inside = x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height;
        if (inside && open[at + dy * width + dx] === 1) stack.push(at + dy * width + dx);
      }
    }
  }
  return count;
}

describe('labelComponents', () => {
  test('counts like a flood fill, for any mask', () => {
    const masks = fc.integer({ min: 1, max: 14 }).chain((width) =>
      fc
        .array(fc.array(fc.constantFrom(0, 0, 1), { minLength: width, maxLength: width }), {
          minLength: 1,
          maxLength: 12,
        })
        .map((rows) => ({ width, height: rows.length, marked: Uint8Array.from(rows.flat()) })),
    );
    fc.assert(
      fc.property(masks, ({ width, height, marked }) => {
        expect(labelComponents(marked, width, height).componentCount).toBe(
          countByFlooding(marked, width, height),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('joins arms that meet late, and pixels that touch at corners', () => {
    const { data, width, height } = drawing(['#.#.#', '#.#.#', '###.#', '...#.'], 1);
    expect(labelComponents(data as Uint8Array, width, height).componentCount).toBe(1);
  });
});

describe('preprocessMask', () => {
  test('marks any value above 0, in any channel', () => {
    const small = geometry(3, 2, 3, 2);
    const classIds = { width: 3, height: 2, channels: 1, data: Uint8Array.of(0, 1, 2, 0, 0, 255) };
    expect([...preprocessMask(classIds, small).mask]).toEqual([0, 1, 1, 0, 0, 1]);
    const rgb: Raster = { width: 3, height: 2, channels: 3, data: new Uint8Array(18) };
    rgb.data[5] = 1;
    expect([...preprocessMask(rgb, small).mask]).toEqual([0, 1, 0, 0, 0, 0]);
    const deep = { ...classIds, data: Uint16Array.of(0, 1, 0, 0, 300, 0) };
    expect([...preprocessMask(deep, small).mask]).toEqual([0, 1, 0, 0, 1, 0]);
  });

  test('ignores alpha', () => {
    const data = Uint8Array.of(0, 0, 0, 255, 9, 0, 0, 255, 9, 9, 9, 0);
    const mask: Raster = { width: 3, height: 1, channels: 4, data, hasAlpha: true };
    expect([...preprocessMask(mask, geometry(3, 1, 3, 1)).mask]).toEqual([0, 1, 0]);
  });

  test('cuts a lossy mask at 127, with a warning', () => {
    const warnings: string[] = [];
    const mask = { width: 4, height: 1, channels: 1, data: Uint8Array.of(3, 127, 128, 250) };
    const { mask: cut } = preprocessMask(mask, geometry(4, 1, 4, 1), {
      lossy: true,
      onWarning: (message) => warnings.push(message),
    });
    expect([...cut]).toEqual([0, 0, 1, 1]);
    expect(warnings).toEqual([expect.stringMatching(/has lossy compression/)]);
  });

  test('keeps every region when growing and counts those that vanish when shrinking', () => {
    const mask = drawing([
      '####....',
      '####....',
      '####...#',
      '........',
      '.....#..',
      '..#.....',
      '.#......',
      '........',
      '........',
      '......##',
      '......##',
      '......##',
    ]);
    const grown = preprocessMask(mask, geometry(16, 24, 8, 12));
    expect(grown.vanishedRegions).toBe(0);
    expect(grown.mask.reduce((a, b) => a + b)).toBe(
      4 * (mask.data as Uint8Array).reduce((a, b) => a + b / 255, 0),
    );
    // Middles of 4×4 source pixels: (2, 2) in the block, (6, 10) in the corner; the rest has none.
    const shrunk = preprocessMask(mask, geometry(2, 3, 8, 12));
    expect([...shrunk.mask]).toEqual([1, 0, 0, 0, 0, 1]);
    expect(shrunk.vanishedRegions).toBe(3);
  });

  test('reads only the box', () => {
    const mask = drawing(['#....', '...#.', '.....']);
    const boxed = { ...geometry(2, 2, 5, 3), box: { x: 3, y: 1, width: 2, height: 2 } };
    const result = preprocessMask(mask, boxed);
    expect([...result.mask]).toEqual([1, 0, 0, 0]);
    expect(result.vanishedRegions).toBe(0);
  });

  test('refuses a mask of another size than the image', () => {
    expect(() => preprocessMask(drawing(['##', '##']), geometry(2, 2, 2, 3))).toThrow(ImageFormatError);
  });
});
