/** In a file of its own, so that the process holds nothing else. */
import { expect, test } from 'vitest';
import { createEvaluator } from './evaluator.ts';

test('pixel measures over 1,000 maps of 256 × 256 stay under 1 GB for the whole process', () => {
  const size = 256;
  const evaluator = createEvaluator({ bootstrapSamples: 0 });
  const data = new Float32Array(size * size);
  const mask = new Uint8Array(size * size);
  // An eighth of the pixels of every second image is anomalous.
  const defective = mask.map((_, i) => (i % size < size / 2 && i >= 0.75 * size * size ? 1 : 0));
  let state = 1;
  for (let imageId = 0; imageId < 1000; imageId++) {
    const odd = imageId % 2 === 1;
    for (let i = 0; i < data.length; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      // Uniform on [1, 2) where good, on [1.5, 2.5) where anomalous.
      data[i] = (state >>> 0) / 2 ** 32 + 1 + (odd ? (defective[i] as number) / 2 : 0);
    }
    evaluator.add({
      imageId,
      label: odd ? 'nok' : 'ok',
      score: imageId,
      map: { width: size, height: size, data },
      mask: odd ? defective : mask,
    });
  }
  const { pixel } = evaluator.finish();
  expect(pixel).toMatchObject({ images: 1000, pixels: 65_536_000, regions: 500 });
  // What the distributions have, which four million anomalous pixels come near to: overlap rises from 0.5 to 0.8
  // while the false-positive rate rises to 0.3.
  expect(pixel?.auroc).toBeCloseTo(0.875, 2);
  expect(pixel?.aupro30).toBeCloseTo(0.65, 2);
  expect(pixel?.aupro5).toBeCloseTo(0.525, 2);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  expect(peakBytes).toBeLessThan(10 ** 9);
});
