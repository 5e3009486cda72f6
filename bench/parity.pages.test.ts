import { readFile } from 'node:fs/promises';
import sharp, { type Metadata } from 'sharp';
import { describe, expect, test } from 'vitest';
import { browserTitle, chromiumPath } from '@oddpixel/testing/browser';
import { compare, parityTolerance } from './parity/compare.ts';
import { parityDocument } from './parity/document.ts';
import { goldenImages, goldenNames } from './parity/golden.ts';
import { toBase64, type Observation } from './parity/observe.ts';
import { runtimeNames, softwareDriver } from './parity/runtimes.ts';
import { parityPage } from './parity/table.ts';
import { documentOf } from './shared/run-bench.ts';

describe('the golden set', () => {
  /** What sharp reads in the files' headers. */
  const headers: Readonly<Record<string, Partial<Metadata>>> = {
    'PNG, RGB': { format: 'png', channels: 3, depth: 'uchar', isProgressive: false },
    'PNG, gray': { format: 'png', channels: 1, depth: 'uchar' },
    'PNG, palette': { format: 'png', isPalette: true },
    'PNG, RGBA, opaque': { format: 'png', channels: 4, hasAlpha: true },
    'PNG, RGBA, semi-transparent': { format: 'png', channels: 4, hasAlpha: true },
    'PNG, gray and alpha': { format: 'png', channels: 2, hasAlpha: true },
    'PNG, gray, 16 bits': { format: 'png', channels: 1, depth: 'ushort' },
    'PNG, RGB, 16 bits': { format: 'png', channels: 3, depth: 'ushort' },
    'PNG, interlaced': { format: 'png', isProgressive: true },
    'PNG, Display P3': { format: 'png', hasProfile: true },
    'WebP, lossless': { format: 'webp', channels: 3 },
    'TIFF, 8 bits': { format: 'tiff', channels: 3, depth: 'uchar' },
    'TIFF, float': { format: 'tiff', channels: 3, depth: 'float' },
    'JPEG, 4:4:4': { format: 'jpeg', chromaSubsampling: '4:4:4' },
    'JPEG, 4:2:0': { format: 'jpeg', chromaSubsampling: '4:2:0', isProgressive: false },
    'JPEG, progressive': { format: 'jpeg', isProgressive: true },
    'JPEG, gray': { format: 'jpeg', channels: 1 },
    'JPEG, quality 60': { format: 'jpeg', channels: 3 },
    'JPEG, CMYK': { format: 'jpeg', channels: 4, space: 'cmyk' },
    'JPEG, Display P3': { format: 'jpeg', hasProfile: true },
    'JPEG, orientation 3': { format: 'jpeg', orientation: 3, width: 151, height: 101 },
    'JPEG, orientation 6': { format: 'jpeg', orientation: 6, width: 101, height: 151 },
    'JPEG, orientation 8': { format: 'jpeg', orientation: 8, width: 101, height: 151 },
    'WebP, lossy': { format: 'webp', channels: 3 },
  };

  test('contains the kinds of files that its names state', async () => {
    const images = await goldenImages(goldenNames);
    expect(images.map(({ name }) => name)).toEqual(goldenNames);
    for (const { name, file } of images) {
      if (name === 'BMP') {
        expect(Buffer.from(file).toString('latin1', 0, 2)).toBe('BM');
        continue;
      }
      const { autoOrient, ...header } = await sharp(file).metadata();
      expect([name, header]).toEqual([name, expect.objectContaining(headers[name])]);
      // Upright in the end.
      expect([name, autoOrient]).toEqual([name, { width: 151, height: 101 }]);
    }
  });

  test('matches the table of the docs page, which shows no pixel difference for lossless files', async () => {
    const page = await readFile(parityPage, 'utf8');
    const rows = page
      .slice(page.indexOf('<!-- written'), page.indexOf('<!-- end'))
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.split('|').map((cell) => cell.trim()));
    expect(rows.slice(2).map(([, name]) => name)).toEqual(goldenNames);
    expect(rows[0]?.slice(3, -2)).toEqual(runtimeNames);
    for (const [, name = '', pixels, ...cells] of rows.slice(2)) {
      if (!/JPEG|lossy/.test(name)) expect([name, pixels]).toEqual([name, '0']);
      expect(cells.slice(0, 3).every((cell) => / \/ /.test(cell))).toBe(true);
      expect(cells[3]).toMatch(/^n?ok, equal$/);
    }
  });
});

describe('comparing', () => {
  const observation = (
    change: { pixels?: number[]; map?: number[] } & Partial<
      Pick<Observation, 'form' | 'score' | 'verdict'>
    > = {},
  ): Observation => {
    const { pixels = [1, 2, 3, 4, 5, 6], map = [1, 10, 100, 7, 8, 9], ...rest } = change;
    return {
      name: 'a part',
      form: '3×2×1 Uint8Array',
      score: 5,
      verdict: 'ok',
      ...rest,
      pixels: toBase64(Uint8Array.from(pixels)),
      map: toBase64(Float32Array.from(map)),
    };
  };
  const measure = { isLossless: true, medianGoodScore: 10 };

  test('takes the largest difference, for small values in units of a good score', () => {
    const found = observation({ pixels: [1, 2, 0, 4, 5, 6], score: 5.5, map: [2, 10, 105, 7, 8, 9] });
    const { pixels, score, map } = compare(observation(), found, measure);
    expect(pixels).toBe(3);
    expect(score).toBeCloseTo(0.5 / 10, 9);
    expect(map).toBeCloseTo(1 / 10, 9);
  });

  test.each([
    ['nothing', {}, { lossless: true, lossy: true }],
    ['a pixel by one', { pixels: [1, 2, 3, 4, 5, 7] }, { lossless: false, lossy: true }],
    ['a pixel by two', { pixels: [1, 2, 3, 4, 5, 8] }, { lossless: false, lossy: false }],
    ['a pixel that is missing', { pixels: [1, 2, 3, 4, 5] }, { lossless: false, lossy: false }],
    ['the size', { form: '2×3×1 Uint8Array' }, { lossless: false, lossy: false }],
    ['a score within the tolerance', { score: 5 + 9 * parityTolerance }, { lossless: true, lossy: true }],
    ['a score beyond it', { score: 5 + 11 * parityTolerance }, { lossless: false, lossy: false }],
    ['a score that is none', { score: Number.NaN }, { lossless: false, lossy: false }],
    ['a map pixel', { map: [1, 10, 100.02, 7, 8, 9] }, { lossless: false, lossy: false }],
    ['a map pixel that is none', { map: [1, Number.NaN, 100, 7, 8, 9] }, { lossless: false, lossy: false }],
    ['the verdict', { verdict: 'nok' }, { lossless: false, lossy: false }],
    [
      'a pixel, and with it the score',
      { pixels: [1, 2, 3, 4, 5, 7], score: 5.1 },
      { lossless: false, lossy: true },
    ],
  ])('judges the promise after a change of %s', (_, change, kept) => {
    const isKept = (isLossless: boolean): boolean =>
      compare(observation(), observation(change), { ...measure, isLossless }).isPromiseKept;
    expect({ lossless: isKept(true), lossy: isKept(false) }).toEqual(kept);
  });
});

const title = browserTitle('Node and Chromium, CPU and WebGPU, give the same results for the same files');
test.skipIf(chromiumPath === undefined || softwareDriver === undefined)(
  softwareDriver === undefined ? `${title} [skipped: no SwiftShader; install Chromium]` : title,
  { timeout: 300_000 },
  async () => {
    const { document: printed } = await documentOf(['parity', '--sizes', 'tiny']);
    const { skipped, rows, ...document } = parityDocument.parse(printed);
    expect(skipped).toEqual([]);
    expect(document.isPromiseKept).toBe(true);
    expect(new Set(rows.map(({ verdict }) => verdict))).toEqual(new Set(['ok', 'nok']));
    expect(document.nearestToThreshold).toBeGreaterThan(parityTolerance);
    for (const { name, isLossless, differences } of rows) {
      expect(Object.keys(differences)).toEqual(runtimeNames);
      for (const { pixels, score, map, isVerdictEqual } of Object.values(differences)) {
        expect([name, isVerdictEqual]).toEqual([name, true]);
        if (!isLossless) continue;
        expect([name, pixels]).toEqual([name, 0]);
        expect(score).toBeLessThanOrEqual(parityTolerance);
        expect(map).toBeLessThanOrEqual(parityTolerance);
      }
      // Something was computed: another engine never sums in the same order everywhere.
      expect(differences['Chromium WebGPU']?.map).toBeGreaterThan(0);
    }
  },
);
