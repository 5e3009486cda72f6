import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createEvaluator, renderOverlay } from './index.ts';

const thresholds = {
  classification: 0.5,
  segmentation: 0.5,
  classificationMethod: 'manual',
  segmentationMethod: 'manual',
} as const;
const scoredImage = (imageId: number, label: 'ok' | 'nok') => ({
  imageId,
  label,
  score: imageId,
  map: { width: 3, height: 2, data: Float32Array.from({ length: 6 }, (_, i) => i * imageId) },
  mask: Uint8Array.from({ length: 6 }, (_, i) => (label === 'nok' && i > 3 ? 1 : 0)),
});
const scored = [scoredImage(1, 'nok'), scoredImage(0, 'ok')] as const;
const photo = { width: 6, height: 4, channels: 3, data: new Uint8Array(72) };

function example(): unknown {
  // #region example
  const evaluator = createEvaluator({ modelThresholds: thresholds });
  for (const { imageId, label, score, map, mask } of scored) {
    evaluator.add({ imageId, label, score, map, mask });
  }
  const evaluation = evaluator.finish();
  // evaluation.image.auroc, evaluation.pixel.aupro30, evaluation.thresholds[0].confusion, …
  const overlay = renderOverlay(photo, scored[0].map, { min: 0, max: 2, colorMap: 'viridis' });
  // #endregion
  return { auroc: evaluation.image?.auroc, aupro: evaluation.pixel?.aupro30, width: overlay.width };
}

test('the README example works', () => {
  expect(example()).toEqual({ auroc: 1, aupro: 1, width: 6 });
});

test('the README shows this example', () => {
  const test = readFileSync(new URL('readme.test.ts', import.meta.url), 'utf8');
  const region = /\/\/ #region example\n(.*?) *\/\/ #endregion/s.exec(test)?.[1] ?? 'no region';
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(region.replaceAll(/^ {2}/gm, ''));
});
