/**
 * Pixel measures over 1,000 maps of 256 × 256 in a process of its own, which then says what they are and how much memory
 * it took at most, in bytes.
 */
import { peakMemoryBytes } from '@oddpixel/testing/peak-memory';
import { createEvaluator } from '../src/evaluator.ts';

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
process.stdout.write(JSON.stringify({ pixel, peakBytes: peakMemoryBytes() }));
