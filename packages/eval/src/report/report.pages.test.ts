import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelManifest, ThresholdStatement } from '@oddpixel/contract';
import { browserTitle, chromiumPath, launchChromium } from '@oddpixel/testing/browser';
import { createEvaluator } from '../evaluator.ts';
import type { EvaluatedImage } from '../evaluation.ts';
import { describeStatement, renderReport, type GalleryItem, type ReportData } from './index.ts';

const statement: ThresholdStatement = {
  kind: 'guaranteed',
  falseAlarmRate: 0.139,
  requestedRate: 0.01,
  confidence: 0.95,
  referenceCount: 20,
  source: 'validation',
};
const thresholds = {
  classification: 2.4,
  segmentation: 1.8,
  classificationMethod: 'falseAlarmRate',
  segmentationMethod: 'meanPlusDeviations',
  statement,
} as const;

const manifest: ModelManifest = {
  version: 1,
  modelType: 'anomaly',
  productVersion: '0.1.0',
  classNames: ['ok', 'nok'],
  classIds: [0, 1],
  preprocessing: {
    imageWidth: 320,
    imageHeight: 192,
    imageNumChannels: 3,
    imageRangeMin: 0,
    imageRangeMax: 255,
    normalizationType: 'none',
    domainHandling: 'fullDomain',
  },
  scoreMethod: 'max',
  standardDeviationFactor: 3,
  backbone: { id: 'small', sha256: '00', outputs: ['features_4', 'features_8', 'features_16'] },
  head: { type: 'memory', parameters: { numRows: 4000 }, gridWidth: 40, gridHeight: 24, featureDims: 408 },
  training: {
    seed: 0,
    parameters: {},
    history: [],
    imageHashes: [],
    imageCount: 60,
    figures: { patchesSeen: 57_600, patchesKept: 4000, coverageRadius: 10.5 },
  },
  thresholds,
};

/** The same model, trained by epochs. */
const student: ModelManifest = {
  ...manifest,
  head: { type: 'student', parameters: {}, gridWidth: 40, gridHeight: 24, featureDims: 216 },
  training: {
    seed: 0,
    parameters: { maxNumEpochs: 40, errorThreshold: 0.1, patience: 10 },
    history: Array.from({ length: 38 }, (_, i) => ({ epoch: i + 1, error: 0.12 + 0.8 / (1 + (i % 28)) })),
    imageHashes: [],
    imageCount: 60,
    figures: {},
    augmentation: { copies: 2, rightAngleTurns: true },
  },
};

/** A 2×1 picture; width and height say its size. */
const picture =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR4nGP4z8DAwMAAAAYBAQCZ8f0zAAAAAElFTkSuQmCC';

function reportData(images: readonly EvaluatedImage[], model: ModelManifest = manifest): ReportData {
  const evaluator = createEvaluator({
    bootstrapSamples: 50,
    modelThresholds: model.thresholds,
  });
  for (const image of images) evaluator.add(image);
  const gallery = images.map(
    ({ imageId, fileName = `image ${imageId}`, label, defect, score }): GalleryItem => ({
      imageId,
      fileName,
      label,
      defect,
      score,
      verdict: score >= 2.4 ? 'nok' : 'ok',
      pValue: 0.25,
      width: 288,
      height: 173,
      image: picture,
      map: picture,
      overlay: picture,
      groundTruth: label === 'nok' ? picture : undefined,
    }),
  );
  return {
    title: 'parts.onnx on parts',
    modelName: 'parts.onnx',
    datasetName: 'parts',
    manifest: model,
    evaluation: evaluator.finish(),
    gallery,
    excluded: ['train/good/0.png'],
    warnings: ['part.png: the colour profile is ignored'],
  };
}

const mixed = Array.from({ length: 24 }, (_, imageId): EvaluatedImage => {
  const label = imageId % 3 === 0 ? 'nok' : 'ok';
  const data = Float32Array.from({ length: 40 }, (_, i) => ((i * 7 + imageId) % 11) / 5);
  return {
    imageId,
    fileName: `test/a-rather-long-folder-name-without-any-space/${imageId}_exposure_with_a_long_name.png`,
    label,
    defect: label === 'nok' ? (imageId % 2 === 0 ? 'scratch' : 'a longer kind of defect') : undefined,
    score: ((imageId * 5) % 13) / 4 + (label === 'nok' ? 1 : 0),
    map: { width: 8, height: 5, data },
    mask: Uint8Array.from(data, (value) => (label === 'nok' && value > 1.5 ? 1 : 0)),
    vanishedRegions: label === 'nok' ? 1 : 0,
  };
});

describe('renderReport', () => {
  test('shows the measures, the statement on the threshold and every image', () => {
    const data = reportData(mixed);
    const text = renderReport(data);
    expect(text).toContain(data.evaluation.image?.auroc?.toFixed(3));
    expect(text).toContain(
      'Guaranteed: with 95\u00a0% confidence at most 13.9\u00a0% of good images are called nok',
    );
    expect(text).toMatch(/On these images the rate was [\d.]+\u00a0%: \d+ of 16 good ones\./);
    expect(text).toContain('8 regions of the ground truth are too small');
    expect(text.match(/<li class="card/g)).toHaveLength(24);
    // Oddest first.
    const scores = [...text.matchAll(/class="score">([\d.]+)/g)].map(([, value]) => Number(value));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(text).toContain('coverageRadius');
  });

  test('shows the error curve only if the model was trained in epochs', () => {
    const text = renderReport(reportData(mixed, student));
    expect(text).toMatch(/<h2>Training<\/h2>.*best: epoch 28.*<h2>Images, oddest first<\/h2>/s);
    expect(text).toMatch(/copies<\/th>\s*<td>2<\/td>.*rightAngleTurns/s);
    expect(renderReport(reportData(mixed))).not.toContain('<h2>Training</h2>');
  });

  test('is one file that loads nothing and runs no script', () => {
    const text = renderReport(reportData(mixed, student));
    expect(text).not.toMatch(/<script|<link|https?:|url\(/i);
    expect(text).toContain("default-src 'none'");
  });

  test('escapes all text from outside', () => {
    const evil = '"><img src=x onerror=alert(1)>';
    const data = reportData([
      { imageId: 0, fileName: evil, label: 'nok', defect: evil, score: 3 },
      { imageId: 1, label: 'ok', score: 1 },
    ]);
    const text = renderReport({
      ...data,
      title: evil,
      modelName: evil,
      datasetName: evil,
      excluded: [evil],
      warnings: [evil],
    });
    expect(text).not.toContain('<img src=x');
    expect(text).not.toContain('"><img');
  });

  test.each([
    ['good images alone', mixed.filter(({ label }) => label === 'ok')],
    ['defective images alone', mixed.filter(({ label }) => label === 'nok')],
    ['one image', mixed.slice(0, 1)],
    [
      'equal scores, no maps',
      [0, 1].map((imageId) => ({
        imageId,
        label: imageId === 0 ? ('ok' as const) : ('nok' as const),
        score: 1,
      })),
    ],
    ['nothing', []],
  ])('handles %s', (_, images) => {
    const text = renderReport(reportData(images));
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('handles a model without thresholds', () => {
    const { thresholds: _, ...bare } = manifest;
    const text = renderReport(reportData(mixed, bare));
    expect(text).toContain('no threshold');
  });
});

test('a statement gives the promised rate, and the requested rate if that was stricter', () => {
  expect(describeStatement(statement)).toMatch(/The requested rate of 1 % needs at least 299 such images\.$/);
  const enough = { ...statement, falseAlarmRate: 0.01, referenceCount: 300 };
  expect(describeStatement(enough)).not.toContain('requested rate');
  expect(describeStatement({ ...statement, kind: 'expected' })).toMatch(/^Expected: on average 13\.9 %/);
  expect(describeStatement({ ...statement, kind: 'estimated', source: 'leaveOwnRowsOut' })).toMatch(
    /^Estimated, not promised/,
  );
});

describe.skipIf(chromiumPath === undefined)(browserTitle('in a browser'), () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium({ webgpu: false });
  });
  afterAll(() => browser.close());

  test.each(
    (['light', 'dark'] as const).flatMap((colorScheme) =>
      [360, 768, 1440].map((width) => ({ colorScheme, width })),
    ),
  )(
    'no accessibility violation and no overflow: $colorScheme, $width pixels',
    async ({ colorScheme, width }) => {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
      await page.setContent(renderReport(reportData(mixed, student)));
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow).toBe(0);
      const spilling = await page.evaluate(
        '[...document.querySelectorAll(".panel, .card, .verdicts li, .statement")].filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.textContent)',
      );
      expect(spilling).toEqual([]);
      await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8'));
      const violations = await page.evaluate(
        'axe.run().then((result) => result.violations.map((v) => v.id + ": " + v.nodes[0].html))',
      );
      expect(violations).toEqual([]);
      await page.close();
    },
  );

  test('the filter shows only wrong verdicts, without a script', async () => {
    const page = await browser.newPage({ javaScriptEnabled: true });
    await page.setContent(renderReport(reportData(mixed)));
    const visible = (): Promise<number> => page.locator('.card:visible').count();
    expect(await visible()).toBe(24);
    await page.locator('label', { hasText: 'wrong verdict' }).click();
    const shown = await visible();
    expect(shown).toBeGreaterThan(0);
    expect(shown).toBe(await page.locator('.card.is-wrong').count());
    await page.close();
  });
});
