import { ParameterError } from '@oddpixel/contract';
import { describe, expect, test } from 'vitest';
import { drawScene } from './draw-scene.ts';
import { develop } from './film.ts';
import { appleDefects, appleVarieties, renderApple } from './index.ts';
import type { AppleOptions } from './index.ts';
import { NOTICEABLE, withoutFlaw } from './photograph.ts';
import { renderScene } from './render-scene.ts';

const small = { width: 160, height: 128 } as const;

function bytesOf(options: AppleOptions): Buffer {
  return Buffer.from(renderApple(options).raster.data as Uint8Array);
}

describe('the rendered image', () => {
  test('has the requested size, even if it is taller than wide', () => {
    for (const [width, height] of [
      [96, 64],
      [50, 91],
    ] as const) {
      const { raster, mask } = renderApple({ seed: 1, defect: 'worm', width, height });
      expect([raster.width, raster.height, raster.channels, raster.data.length]).toEqual([
        width,
        height,
        3,
        3 * width * height,
      ]);
      expect([mask?.width, mask?.height, mask?.channels, mask?.data.length]).toEqual([
        width,
        height,
        1,
        width * height,
      ]);
    }
    expect(renderApple({ seed: 0 }).raster).toMatchObject({ width: 320, height: 256 });
  });

  test('depends on its options alone', () => {
    const options = { seed: 7, variety: 'red', defect: 'cut', ...small } as const;
    const first = bytesOf(options);
    bytesOf({ ...options, seed: 8 });
    expect(bytesOf(options).equals(first)).toBe(true);
  });

  test('differs with the seed and with the variety', () => {
    const base = { seed: 7, variety: 'red', ...small } as const;
    const pictures = [
      base,
      { ...base, seed: 8 },
      { ...base, seed: -7 },
      ...appleVarieties.slice(1).map((variety) => ({ ...base, variety })),
    ].map((options) => bytesOf(options).toString('latin1'));
    expect(new Set(pictures).size).toBe(pictures.length);
  });

  test('uses the range of gray values without drowning in black or white', () => {
    for (const [seed, variety] of appleVarieties.entries()) {
      const { data } = renderApple({ seed, variety, ...small }).raster;
      let [dark, bright, sum] = [0, 0, 0];
      for (const value of data) {
        if (value < 3) dark++;
        if (value > 252) bright++;
        sum += value;
      }
      expect(dark / data.length).toBeLessThan(0.02);
      expect(bright / data.length).toBeLessThan(0.02);
      expect(sum / data.length).toBeGreaterThan(60);
      expect(sum / data.length).toBeLessThan(215);
    }
  });

  test('names the chosen variety', () => {
    const seen = new Set(
      Array.from({ length: 40 }, (_, seed) => renderApple({ seed, width: 32, height: 40 }).variety),
    );
    expect([...seen].sort()).toEqual([...appleVarieties].sort());
  });
});

describe.each(appleDefects)('a flaw: %s', (defect) => {
  // At the last two seeds the worm reaches farther than at others.
  const seeds = [100, 101, 906, 942];

  test('covers 0.1 to 3 % of the fruit', () => {
    for (let seed = 200; seed < 215; seed++) {
      const { flawShare } = renderApple({ seed, defect, ...small });
      expect(flawShare).toBeGreaterThan(0.001);
      expect(flawShare).toBeLessThanOrEqual(0.03);
    }
  });

  test('is marked exactly at the pixels that it changed', () => {
    for (const seed of seeds) {
      const { mask } = renderApple({ seed, defect, ...small });
      const scene = drawScene({ seed, defect, variety: renderApple({ seed, ...small }).variety, ...small });
      // The reference renders both pictures in full; a missing stem's missing shadow cannot be seen, so it stays away.
      const odd = develop(scene, renderScene(scene).light);
      const sound = withoutFlaw(scene);
      const stemShadow = defect !== 'missing-stem';
      const good = develop(sound, renderScene(sound, { stemShadow }).light);
      let wrong = 0;
      for (let at = 0; at < small.width * small.height; at++) {
        const changes = [0, 1, 2].map((c) =>
          Math.abs((odd[3 * at + c] as number) - (good[3 * at + c] as number)),
        );
        const changed = Math.max(...changes) > NOTICEABLE;
        if ((mask?.data[at] === 255) !== changed) wrong++;
      }
      expect(wrong).toBe(0);
    }
  });

  test('is the only difference from the good apple of the same seed', () => {
    for (const seed of seeds) {
      const odd = renderApple({ seed, defect, ...small });
      const good = renderApple({ seed, ...small });
      expect(odd.variety).toBe(good.variety);
      expect(good).toMatchObject({ flawShare: 0 });
      expect(good.mask).toBeUndefined();
      if (defect === 'missing-stem') continue;
      // The sensor's noise is the same in both, so only rounding adds to the bound.
      let unmarked = 0;
      for (const [at, value] of odd.raster.data.entries()) {
        const change = Math.abs(value - (good.raster.data[at] as number));
        if (odd.mask?.data[Math.floor(at / 3)] === 0) unmarked = Math.max(unmarked, change);
      }
      expect(unmarked).toBeLessThanOrEqual(NOTICEABLE + 1);
    }
  });

  test('does not change light, pose and background', () => {
    for (const seed of seeds) {
      const request = { seed, variety: 'golden', ...small } as const;
      const { leaf: _, ...good } = drawScene({ ...request, defect: undefined });
      const { leaf: _leaf, flaw, ...odd } = drawScene({ ...request, defect });
      expect(flaw?.kind).toBe(defect);
      expect(odd).toEqual(good);
    }
  });
});

test.each<[Partial<AppleOptions> | { variety: string } | { defect: string }, string]>([
  [{ seed: 0.5 }, 'seed'],
  [{ seed: NaN }, 'seed'],
  [{ width: 31 }, 'width'],
  [{ height: 4097 }, 'height'],
  [{ height: 100.5 }, 'height'],
  [{ variety: 'pear' }, 'variety'],
  [{ defect: 'bite' }, 'defect'],
])('renderApple refuses %j', (change, name) => {
  const options = { seed: 0, width: 64, height: 48, ...change } as AppleOptions;
  expect(() => renderApple(options)).toThrow(ParameterError);
  expect(() => renderApple(options)).toThrow(`\`${name}\``);
});
