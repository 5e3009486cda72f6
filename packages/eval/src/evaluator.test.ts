import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ParameterError, type ImageLabel } from '@oddpixel/model-core/contract';
import { referencePath, referenceTitle } from '@oddpixel/testing';
import type { EvaluatedImage, Evaluation } from './evaluation.ts';
import { createEvaluator } from './evaluator.ts';
import { summarizeEvaluation } from './summary.ts';

interface GoldenCase {
  readonly name: string;
  readonly shape: readonly [number, number, number];
  readonly maps: readonly number[];
  readonly masks: readonly number[];
  readonly imageScores: readonly number[];
  readonly imageLabels: readonly number[];
  readonly expected: Readonly<Record<string, number>>;
}

const golden = referencePath('golden', 'metrics.json');
const cases = golden === undefined ? [] : (JSON.parse(readFileSync(golden, 'utf8')) as GoldenCase[]);

function evaluateAll(images: readonly EvaluatedImage[], params = {}): Evaluation {
  const evaluator = createEvaluator({ bootstrapSamples: 0, ...params });
  for (const image of images) evaluator.add(image);
  return evaluator.finish();
}

test.skipIf(golden === undefined)(referenceTitle('there are reference cases', golden), () => {
  expect(cases.length).toBeGreaterThan(1);
});

test.each(cases)(
  'equals scikit-learn and brute force: $name',
  ({ shape, maps, masks, imageScores, imageLabels, expected }) => {
    const [count, height, width] = shape;
    const size = width * height;
    const { image, pixel } = evaluateAll(
      Array.from({ length: count }, (_, i) => ({
        imageId: i,
        label: imageLabels[i] === 1 ? 'nok' : 'ok',
        score: imageScores[i] as number,
        map: { width, height, data: Float32Array.from(maps.slice(i * size, (i + 1) * size)) },
        mask: Uint8Array.from(masks.slice(i * size, (i + 1) * size)),
      })),
    );
    const measured: Record<string, number | null | undefined> = {
      imageAuroc: image?.auroc,
      imageAp: image?.ap,
      imageF1Max: image?.f1Max,
      pixelAuroc: pixel?.auroc,
      pixelAp: pixel?.ap,
      pixelF1Max: pixel?.f1Max,
    };
    for (const [name, value] of Object.entries(expected)) {
      const tolerance = name.startsWith('aupro') ? 1e-5 : 1e-6;
      const ours = name === 'aupro30' ? pixel?.aupro30 : name === 'aupro5' ? pixel?.aupro5 : measured[name];
      expect({ name, fits: Math.abs((ours ?? Number.NaN) - value) < tolerance }).toEqual({
        name,
        fits: true,
      });
    }
  },
);

const scoredImages = fc
  .array(fc.record({ score: fc.integer({ min: -5, max: 5 }), nok: fc.boolean() }), {
    minLength: 2,
    maxLength: 30,
  })
  .filter((list) => list.some(({ nok }) => nok) && list.some(({ nok }) => !nok));

const toImages = (list: readonly { score: number; nok: boolean }[]): EvaluatedImage[] =>
  list.map(({ score, nok }, imageId) => ({ imageId, label: nok ? 'nok' : 'ok', score }));

describe('image measures', () => {
  test('AUROC is the share of pairs in the right order', () => {
    fc.assert(
      fc.property(scoredImages, (list) => {
        const odd = list.filter(({ nok }) => nok);
        const good = list.filter(({ nok }) => !nok);
        const won = odd.flatMap((a) =>
          good.map((b) => (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0)),
        );
        const pairs = won.reduce<number>((a, b) => a + b, 0) / won.length;
        expect(evaluateAll(toImages(list)).image?.auroc).toBeCloseTo(pairs, 12);
      }),
    );
  });

  test('rank measures do not change under a monotone map of the scores', () => {
    fc.assert(
      fc.property(scoredImages, (list) => {
        const moved = list.map(({ score, nok }) => ({ score: Math.atan(score) * 3 + 7, nok }));
        const [a, b] = [evaluateAll(toImages(list)).image, evaluateAll(toImages(moved)).image];
        expect([b?.auroc, b?.ap, b?.f1Max]).toEqual([a?.auroc, a?.ap, a?.f1Max]);
      }),
    );
  });

  test('exchanging the classes and negating the scores keeps the AUROC', () => {
    fc.assert(
      fc.property(scoredImages, (list) => {
        const swapped = list.map(({ score, nok }) => ({ score: -score, nok: !nok }));
        expect(evaluateAll(toImages(swapped)).image?.auroc).toBeCloseTo(
          evaluateAll(toImages(list)).image?.auroc ?? Number.NaN,
          12,
        );
      }),
    );
  });

  test('the best F1 is reached at the threshold that is named', () => {
    fc.assert(
      fc.property(scoredImages, (list) => {
        const { image, thresholds } = evaluateAll(toImages(list));
        const given = evaluateAll(toImages(list), { thresholds: [image?.f1MaxThreshold ?? 0] }).thresholds.at(
          -1,
        );
        expect(given?.f1).toBeCloseTo(image?.f1Max ?? Number.NaN, 12);
        const best = Math.max(...thresholds.map(({ f1 }) => f1 ?? 0));
        expect(best).toBeLessThanOrEqual((image?.f1Max ?? 0) + 1e-12);
      }),
    );
  });

  test('intervals hold the value, shrink with more images, and repeat for a seed', () => {
    const images = (count: number): EvaluatedImage[] =>
      Array.from({ length: count }, (_, i) => ({
        imageId: i,
        label: i % 2 === 0 ? 'ok' : 'nok',
        score: ((i * 7919) % 101) / 101 + (i % 2) * 0.4,
      }));
    const few = evaluateAll(images(40), { bootstrapSamples: 300 });
    const many = evaluateAll(images(400), { bootstrapSamples: 300 });
    const width = ({ image }: Evaluation): number => {
      const [low, high] = image?.intervals.auroc ?? [Number.NaN, Number.NaN];
      expect(low).toBeLessThanOrEqual(image?.auroc ?? Number.NaN);
      expect(high).toBeGreaterThanOrEqual(image?.auroc ?? Number.NaN);
      return high - low;
    };
    expect(width(many)).toBeLessThan(width(few) / 2);
    expect(evaluateAll(images(40), { bootstrapSamples: 300 }).image).toEqual(few.image);
    expect(evaluateAll(images(40), { bootstrapSamples: 300, seed: 1 }).image).not.toEqual(few.image);
  });

  test('95 % intervals of the AUROC hold the true value in about 95 % of simulated test sets', () => {
    let state = 12_345;
    const uniform = (): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
      return ((state >>> 8) & 0xffff) / 0x10000;
    };
    // Good scores are uniform on [0, 1), defective ones on [0.5, 1.5): the true AUROC is 7/8.
    let held = 0;
    const draws = 200;
    for (let draw = 0; draw < draws; draw++) {
      const { image } = evaluateAll(
        Array.from({ length: 80 }, (_, i) => ({
          imageId: i,
          label: i < 40 ? 'ok' : 'nok',
          score: uniform() + (i < 40 ? 0 : 0.5),
        })),
        { bootstrapSamples: 200, seed: draw },
      );
      const [low, high] = image?.intervals.auroc ?? [1, 0];
      if (low <= 7 / 8 && 7 / 8 <= high) held++;
    }
    expect(held / draws).toBeGreaterThan(0.88);
    expect(held / draws).toBeLessThan(0.99);
  });
});

/** Overlap and false positives counted anew at every threshold. */
function plainAupro(
  images: readonly EvaluatedImage[],
  regions: readonly number[][][],
  limit: number,
): number {
  const values = new Set(images.flatMap(({ map }) => [...(map?.data ?? [])]));
  const outside = images.flatMap(({ map, mask }) => [...(map?.data ?? [])].filter((_, i) => mask?.[i] === 0));
  const points = [[0, 0]];
  for (const threshold of [...values].sort((a, b) => b - a)) {
    const rate = outside.filter((value) => value >= threshold).length / outside.length;
    const overlaps = regions.flatMap((list, i) =>
      list.map(
        (pixels) =>
          pixels.filter((p) => (images[i]?.map?.data[p] as number) >= threshold).length / pixels.length,
      ),
    );
    points.push([rate, overlaps.reduce((a, b) => a + b, 0) / overlaps.length]);
  }
  let area = 0;
  for (let i = 1; i < points.length; i++) {
    const [x0 = 0, y0 = 0] = points[i - 1] ?? [];
    const [x1 = 0, y1 = 0] = points[i] ?? [];
    if (x0 >= limit || x1 === x0) continue;
    const end = Math.min(x1, limit);
    const atEnd = y0 + ((y1 - y0) * (end - x0)) / (x1 - x0);
    area += ((end - x0) * (y0 + atEnd)) / 2;
  }
  return area / limit;
}

describe('pixel measures', () => {
  const width = 7;
  const height = 5;
  // Two regions that touch at a corner are one; the third is alone.
  const odd = Uint8Array.from('0110000 0110000 0001000 0000000 0000011'.replaceAll(' ', ''), Number);
  const regions = [
    [1, 2, 8, 9, 17],
    [33, 34],
  ];

  test('AUPRO equals counting at every threshold, with ties', () => {
    const maps = fc.array(fc.integer({ min: -3, max: 4 }), {
      minLength: width * height,
      maxLength: width * height,
    });
    fc.assert(
      fc.property(maps, maps, (defective, good) => {
        const images: EvaluatedImage[] = [
          {
            imageId: 0,
            label: 'nok',
            score: 1,
            map: { width, height, data: Float32Array.from(defective) },
            mask: odd,
          },
          {
            imageId: 1,
            label: 'ok',
            score: 0,
            map: { width, height, data: Float32Array.from(good) },
            mask: new Uint8Array(35),
          },
        ];
        const { pixel } = evaluateAll(images);
        expect(pixel?.regions).toBe(2);
        for (const [limit, value] of [
          [0.3, pixel?.aupro30],
          [0.05, pixel?.aupro5],
        ] as const) {
          expect(value).toBeCloseTo(plainAupro(images, [regions, []], limit), 9);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('counts pixels, regions and what vanished; leaves out images without mask', () => {
    const map = { width, height, data: Float32Array.from({ length: 35 }, (_, i) => i - 17) };
    const { pixel, perDefect, counts } = evaluateAll([
      { imageId: 0, label: 'nok', defect: 'scratch', score: 3, map, mask: odd, vanishedRegions: 2 },
      { imageId: 1, label: 'nok', score: 2, map },
      { imageId: 2, label: 'ok', score: 1, map, mask: new Uint8Array(35) },
    ]);
    expect(counts).toEqual({ images: 3, ok: 1, nok: 2 });
    expect(pixel).toMatchObject({ images: 2, pixels: 70, regions: 2, vanishedRegions: 2 });
    expect(perDefect.map(({ defect, images }) => [defect, images])).toEqual([
      ['nok', 1],
      ['scratch', 1],
    ]);
    expect(perDefect[1]?.pixelAuroc).not.toBeNull();
    expect(perDefect[0]?.pixelAuroc).toBeNull();
  });
});

describe('tables', () => {
  const list = [0.1, 0.2, 0.6, 0.4, 0.8, 0.9].map((score, imageId): EvaluatedImage => {
    const label: ImageLabel = imageId < 3 ? 'ok' : 'nok';
    return { imageId, label, score };
  });

  test('confusion matrices, absolute and relative', () => {
    const { thresholds } = evaluateAll(list, { thresholds: [0.5] });
    expect(thresholds.map(({ name }) => name)).toEqual(['maxOk', 'minNok', 'intermediate', 'f1Max', 'given']);
    const given = thresholds.at(-1);
    expect(given?.confusion).toEqual({
      truePositives: 2,
      falsePositives: 1,
      trueNegatives: 2,
      falseNegatives: 1,
    });
    expect(given?.relative.truePositives).toBeCloseTo(2 / 3);
    expect(given).toMatchObject({ precision: 2 / 3, recall: 2 / 3, accuracy: 4 / 6 });
    // No false alarm at the first, no miss at the second.
    expect(thresholds[0]?.confusion.falsePositives).toBe(0);
    expect(thresholds[1]?.confusion.falseNegatives).toBe(0);
  });

  test('the histogram counts every image once, the curves end in their corners', () => {
    const { histogram, roc, precisionRecall } = evaluateAll(list, { histogramBins: 4 });
    expect(histogram.edges).toHaveLength(5);
    expect(histogram.ok.reduce((a, b) => a + b)).toBe(3);
    expect(histogram.nok).toEqual([0, 1, 0, 2]);
    expect(roc[0]).toMatchObject({ x: 0, y: 0 });
    expect(roc.at(-1)).toMatchObject({ x: 1, y: 1 });
    expect(precisionRecall.at(-1)?.x).toBe(1);
  });

  test('one class alone: what cannot be measured is null', () => {
    const { image, thresholds, roc } = evaluateAll(list.slice(0, 3));
    expect(image).toMatchObject({ auroc: null, ap: null, f1Max: null });
    expect(thresholds.map(({ name }) => name)).toEqual(['maxOk']);
    expect(roc).toEqual([]);
  });

  test('the summary holds what programs read', () => {
    const summary = summarizeEvaluation(evaluateAll(list, { thresholds: [0.5] }));
    expect(summary).toMatchObject({ images: 6, image: { auroc: 8 / 9 }, pixel: null });
    expect(summary.thresholds['given:0.5']?.recall).toBeCloseTo(2 / 3);
  });
});

describe('wrong input', () => {
  const image = { imageId: 0, label: 'ok', score: 1 } as const;
  const map = { width: 3, height: 2, data: new Float32Array(6) };
  test.each([
    ['NaN score', { ...image, score: Number.NaN }, /finite.*score/],
    ['mask of another size', { ...image, map, mask: new Uint8Array(5) }, /mask.*preprocessMask/s],
    ['map of another size', { ...image, map: { ...map, width: 4 }, mask: new Uint8Array(6) }, /map/],
    ['NaN in the map', { ...image, map: { ...map, data: map.data.map(() => Number.NaN) } }, /map.*NaN/],
  ])('%s', (_, bad, message) => {
    expect(() => createEvaluator().add(bad)).toThrow(ParameterError);
    expect(() => createEvaluator().add(bad)).toThrow(message);
  });

  test('an image twice, and parameters out of range', () => {
    const evaluator = createEvaluator();
    evaluator.add(image);
    expect(() => evaluator.add(image)).toThrow(/second time/);
    expect(() => createEvaluator({ confidence: 1 })).toThrow(/confidence/);
    expect(() => createEvaluator({ histogramBins: 0 })).toThrow(/histogramBins/);
    expect(() => createEvaluator({ typo: 1 } as object)).toThrow(/typo/);
  });
});
