import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ParameterError, type ImageLabel } from '@oddpixel/contract';
import { floatsOf } from '@oddpixel/testing';
import type { EvaluatedImage, Evaluation } from './evaluation.ts';
import { createEvaluationParams } from './evaluation-params.ts';
import { createEvaluator } from './evaluator.ts';
import { serializeEvaluation, summarizeEvaluation } from './summary.ts';

interface GoldenCase {
  readonly name: string;
  readonly shape: readonly [number, number, number];
  /** Base64, as test/golden/README.md says. */
  readonly maps: string;
  readonly masks: string;
  readonly imageScores: readonly number[];
  readonly imageLabels: readonly number[];
  readonly expected: Readonly<Record<string, number>>;
}

const golden = new URL('../test/golden/metrics.json', import.meta.url);
const cases = JSON.parse(readFileSync(golden, 'utf8')) as GoldenCase[];

/** One bit per pixel, the lowest first, as bytes. */
function masksOf(base64: string): Uint8Array {
  return Uint8Array.from(Array.from(Buffer.from(base64, 'base64')).flatMap((byte) => bitsOf(byte)));
}

function bitsOf(byte: number): number[] {
  return Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1);
}

function evaluateAll(images: readonly EvaluatedImage[], params = {}): Evaluation {
  const evaluator = createEvaluator({ bootstrapSamples: 0, ...params });
  for (const image of images) evaluator.add(image);
  return evaluator.finish();
}

test('there are reference cases', () => {
  expect(cases).toHaveLength(3);
});

test.each(cases)(
  'image and pixel measures equal scikit-learn and brute force: $name',
  ({ shape, imageScores, imageLabels, expected, ...packed }) => {
    const [count, height, width] = shape;
    const size = width * height;
    const maps = floatsOf(packed.maps);
    const masks = masksOf(packed.masks);
    expect([maps.length, masks.length]).toEqual([count * size, count * size]);
    const { image, pixel } = evaluateAll(
      Array.from({ length: count }, (_, i) => ({
        imageId: i,
        label: imageLabels[i] === 1 ? 'nok' : 'ok',
        score: imageScores[i] as number,
        map: { width, height, data: maps.slice(i * size, (i + 1) * size) },
        mask: masks.slice(i * size, (i + 1) * size),
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

  test('average precision and best F1 equal counting at every threshold', () => {
    fc.assert(
      fc.property(scoredImages, (list) => {
        const positives = list.filter(({ nok }) => nok).length;
        let ap = 0;
        let recallBefore = 0;
        let best = 0;
        for (const threshold of [...new Set(list.map(({ score }) => score))].sort((a, b) => b - a)) {
          const called = list.filter(({ score }) => score >= threshold);
          const right = called.filter(({ nok }) => nok).length;
          ap += (right / positives - recallBefore) * (right / called.length);
          recallBefore = right / positives;
          best = Math.max(best, (2 * right) / (called.length + positives));
        }
        const { image } = evaluateAll(toImages(list));
        expect(image?.ap).toBeCloseTo(ap, 12);
        expect(image?.f1Max).toBeCloseTo(best, 12);
      }),
    );
  });

  test('scores that differ only in double precision are not ties', () => {
    const list = [0.1, 0.3 - 1e-12, 0.3, 0.7].map((score, i) => ({ score, nok: i > 1 }));
    const { image } = evaluateAll(toImages(list));
    expect(image).toMatchObject({ auroc: 1, ap: 1, f1Max: 1, f1MaxThreshold: 0.3 });
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

  test('the best F1 is reached at the reported threshold', () => {
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

  test('of several thresholds with the best F1, the highest is reported', () => {
    const list = [4, 3, 2, 1].map((score) => ({ score, nok: score === 4 || score === 1 }));
    // 2 · 1 / (1 + 2) at 4, 2 · 2 / (4 + 2) at 1.
    expect(evaluateAll(toImages(list)).image).toMatchObject({ f1Max: 2 / 3, f1MaxThreshold: 4 });
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

/** 8-connected regions by flooding from every pixel that was not reached yet. */
function plainRegions({ map, mask = new Uint8Array() }: EvaluatedImage): number[][] {
  const width = map?.width ?? 0;
  const reached = new Set<number>();
  return [...mask.keys()].flatMap((start) => {
    if (mask[start] === 0 || reached.has(start)) return [];
    const pixels = [start];
    reached.add(start);
    for (const pixel of pixels) {
      for (const [next, value] of mask.entries()) {
        const across = Math.abs((next % width) - (pixel % width));
        const down = Math.abs(Math.floor(next / width) - Math.floor(pixel / width));
        if (value === 0 || across > 1 || down > 1 || reached.has(next)) continue;
        reached.add(next);
        pixels.push(next);
      }
    }
    return [pixels];
  });
}

/** Overlap and false positives counted again at every threshold. */
function plainAupro(images: readonly EvaluatedImage[], limit: number): number {
  const regions = images.map(plainRegions);
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
  const scoredMap = fc
    .record({ width: fc.integer({ min: 1, max: 7 }), height: fc.integer({ min: 1, max: 5 }) })
    .chain((size) => {
      const pixels = { minLength: size.width * size.height, maxLength: size.width * size.height };
      return fc.record({
        size: fc.constant(size),
        // Few values, so that there are ties.
        values: fc.array(fc.integer({ min: -3, max: 4 }), pixels),
        mask: fc.array(fc.constantFrom(0, 0, 1), pixels),
      });
    });

  test('equal counting at every threshold, for maps of any sizes, with ties', () => {
    fc.assert(
      fc.property(fc.array(scoredMap, { minLength: 1, maxLength: 4 }), (list) => {
        const images = list.map(({ size, values, mask }, imageId): EvaluatedImage => {
          const label: ImageLabel = mask.includes(1) ? 'nok' : 'ok';
          const map = { ...size, data: Float32Array.from(values) };
          return { imageId, label, score: imageId, map, mask: Uint8Array.from(mask) };
        });
        const { pixel } = evaluateAll(images);
        const masks = list.flatMap(({ mask }) => mask);
        expect(pixel?.pixels).toBe(masks.length);
        expect(pixel?.regions).toBe(images.flatMap(plainRegions).length);
        if (!masks.includes(0) || !masks.includes(1)) {
          expect(pixel).toMatchObject({ auroc: null, ap: null, f1Max: null, aupro30: null, aupro5: null });
          return;
        }
        expect(pixel?.aupro30).toBeCloseTo(plainAupro(images, 0.3), 9);
        expect(pixel?.aupro5).toBeCloseTo(plainAupro(images, 0.05), 9);
        // The pixels as if each were an image.
        const values = list.flatMap(({ values }) => values);
        const asImages = values.map((score, i) => ({ score, nok: masks[i] === 1 }));
        const { image } = evaluateAll(toImages(asImages));
        expect(pixel?.auroc).toBeCloseTo(image?.auroc ?? Number.NaN, 12);
        expect(pixel?.ap).toBeCloseTo(image?.ap ?? Number.NaN, 12);
        expect(pixel?.f1Max).toBe(image?.f1Max);
        expect(pixel?.f1MaxThreshold).toBe(image?.f1MaxThreshold);
      }),
      { numRuns: 200 },
    );
  });

  test('count pixels, regions and vanished regions, and leave out images without a mask', () => {
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

  test('every point of a curve gives the rates at its threshold', () => {
    fc.assert(
      fc.property(scoredImages, (images) => {
        const { roc, precisionRecall } = evaluateAll(toImages(images));
        const share = (nok: boolean, threshold: number): number => {
          const ofClass = images.filter((image) => image.nok === nok);
          return ofClass.filter(({ score }) => score >= threshold).length / ofClass.length;
        };
        for (const { x, y, threshold } of roc) {
          expect([x, y]).toEqual([share(false, threshold), share(true, threshold)]);
        }
        for (const { x, y, threshold } of precisionRecall) {
          const called = images.filter(({ score }) => score >= threshold);
          expect(x).toBe(share(true, threshold));
          expect(y).toBe(called.filter(({ nok }) => nok).length / called.length);
        }
        // No point that matters is left out: the area under the corners is the AUROC.
        const area = roc.reduce((sum, point, i) => {
          const before = roc[i - 1] ?? point;
          return sum + ((point.x - before.x) * (point.y + before.y)) / 2;
        }, 0);
        expect(area).toBeCloseTo(evaluateAll(toImages(images)).image?.auroc ?? Number.NaN, 12);
      }),
    );
  });

  test('the histogram counts every image once, and the curves end in their corners', () => {
    const { histogram, roc, precisionRecall } = evaluateAll(list, { histogramBins: 4 });
    expect(histogram.edges).toHaveLength(5);
    expect(histogram.ok.reduce((a, b) => a + b)).toBe(3);
    expect(histogram.nok).toEqual([0, 1, 0, 2]);
    expect(roc[0]).toMatchObject({ x: 0, y: 0 });
    expect(roc.at(-1)).toMatchObject({ x: 1, y: 1 });
    expect(precisionRecall.at(-1)?.x).toBe(1);
  });

  test('with one class alone, measures that need both are null', () => {
    const { image, thresholds, roc } = evaluateAll(list.slice(0, 3));
    expect(image).toMatchObject({ auroc: null, ap: null, f1Max: null });
    expect(thresholds.map(({ name }) => name)).toEqual(['maxOk']);
    expect(roc).toEqual([]);
  });

  test('the model’s threshold comes first; a score equal to it is nok, in the table and per kind of defect', () => {
    const manual = { classificationMethod: 'manual', segmentationMethod: 'manual' } as const;
    const kinds = list.map((image) => (image.score > 0.7 ? { ...image, defect: 'worm' } : image));
    const { thresholds, perDefect } = evaluateAll(kinds, {
      modelThresholds: { classification: 0.8, segmentation: 1, ...manual },
    });
    expect(thresholds[0]).toMatchObject({ name: 'model', threshold: 0.8, recall: 2 / 3, precision: 1 });
    expect(perDefect).toEqual([
      { defect: 'nok', images: 1, auroc: 2 / 3, recall: 0, pixelAuroc: null },
      { defect: 'worm', images: 2, auroc: 1, recall: 1, pixelAuroc: null },
    ]);
  });

  test('the summary holds the fields that programs read, and can be written as JSON', () => {
    const map = { width: 25, height: 4, data: Float32Array.from({ length: 100 }, (_, i) => (i * 37) % 100) };
    const mask = Uint8Array.from(map.data, (value, i) => (i < 4 || value > 97 ? 1 : 0));
    const evaluation = evaluateAll([...list, { imageId: 9, label: 'nok', score: 0.9, map, mask }], {
      thresholds: [0.5],
    });
    const summary = summarizeEvaluation(evaluation);
    const { auroc, ap, aupro30, aupro5 } = evaluation.pixel ?? {};
    expect(aupro5).not.toBe(aupro30);
    expect(summary).toMatchObject({
      images: 7,
      image: { auroc: evaluation.image?.auroc, ap: evaluation.image?.ap, f1Max: evaluation.image?.f1Max },
      pixel: { auroc, ap, aupro30, aupro5 },
      perDefect: { nok: { images: 4 } },
    });
    expect(summary.thresholds['given:0.5']?.recall).toBe(3 / 4);
    const parsed = JSON.parse(serializeEvaluation(evaluation)) as Evaluation;
    expect(parsed.thresholds).toEqual(evaluation.thresholds);
    expect(parsed.pixel).toEqual(evaluation.pixel);
    expect(parsed.roc[0]).toEqual({ x: 0, y: 0, threshold: null });
  });

  test('the summary has no pixel measures if no defect has a mask', () => {
    const map = { width: 2, height: 1, data: Float32Array.of(1, 2) };
    const good = { imageId: 20, label: 'ok', score: 0, map, mask: new Uint8Array(2) } as const;
    expect(summarizeEvaluation(evaluateAll([...list, good])).pixel).toBeNull();
  });
});

test('finish can be called twice, with images added in between', () => {
  const map = { width: 3, height: 2, data: Float32Array.of(0, 1, 2, 3, 4, 5) };
  const evaluator = createEvaluator({ bootstrapSamples: 20 });
  evaluator.add({ imageId: 0, label: 'nok', score: 2, map, mask: Uint8Array.of(0, 0, 0, 0, 1, 1) });
  evaluator.add({ imageId: 1, label: 'ok', score: 1 });
  const first = evaluator.finish();
  expect(evaluator.finish()).toEqual(first);
  evaluator.add({ imageId: 2, label: 'ok', score: 3, map, mask: new Uint8Array(6) });
  const second = evaluator.finish();
  expect(second.pixel).toMatchObject({ images: 2, pixels: 12 });
  expect(first.scores).toHaveLength(2);
  expect(first.pixel).toMatchObject({ images: 1, auroc: 1 });
});

describe('wrong input', () => {
  const image = { imageId: 0, label: 'ok', score: 1 } as const;
  const map = { width: 3, height: 2, data: new Float32Array(6) };
  test.each([
    ['NaN score', { ...image, score: Number.NaN }, /finite.*score/],
    ['mask of another size', { ...image, map, mask: new Uint8Array(5) }, /mask.*preprocessMask/s],
    ['map of another size', { ...image, map: { ...map, width: 4 }, mask: new Uint8Array(6) }, /map/],
    ['NaN in the map', { ...image, map: { ...map, data: map.data.map(() => Number.NaN) } }, /map.*NaN/],
    ['infinity in the map', { ...image, map: { ...map, data: map.data.with(5, Infinity) } }, /map.*Infinity/],
    [
      'an infinity below zero in the map',
      { ...image, map: { ...map, data: map.data.with(0, -Infinity) } },
      /finite numbers.*map.*-Infinity/,
    ],
  ])('%s', (_, bad, message) => {
    expect(() => createEvaluator().add(bad)).toThrow(ParameterError);
    const evaluator = createEvaluator();
    expect(() => evaluator.add(bad)).toThrow(message);
    expect(evaluator.finish().counts.images).toBe(0);
  });

  test('a repeated image and parameters out of range are refused', () => {
    const evaluator = createEvaluator();
    evaluator.add(image);
    expect(() => evaluator.add(image)).toThrow(/second time/);
    expect(() => createEvaluator({ confidence: 1 })).toThrow(/confidence/);
    expect(() => createEvaluator({ histogramBins: 0 })).toThrow(/histogramBins/);
    expect(() => createEvaluator({ typo: 1 } as object)).toThrow(/typo/);
    const manual = { classificationMethod: 'manual', segmentationMethod: 'manual' } as const;
    const modelThresholds = { classification: 1, segmentation: Number.NaN, ...manual };
    expect(() => createEvaluator({ modelThresholds })).toThrow(/modelThresholds.segmentation/);
    expect(createEvaluationParams({ seed: undefined } as object)).toEqual(createEvaluationParams());
  });
});
