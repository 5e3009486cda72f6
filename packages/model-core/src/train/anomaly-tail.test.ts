import { expect, test } from 'vitest';
import { hostTensor, isHostTensor } from '@oddpixel/contract';
import { GraphBuilder, resize, writeGraph } from '@oddpixel/graph';
import { ortBackend } from '@oddpixel/testing/ort-backend';
import { anomalyTail } from './anomaly-tail.ts';

const grid = { height: 8, width: 12 };
const size = { imageHeight: 64, imageWidth: 96 };
const options = { grid, ...size, standardDeviationFactor: 2 } as const;

async function runTail(
  distances: Float32Array,
  scoreMethod: 'max' | 'meanDeviation',
): Promise<Record<string, Float32Array>> {
  const g = new GraphBuilder();
  const { map, score } = anomalyTail(g.input('d', 'float32', ['N', 96]), { ...options, scoreMethod });
  const picture = g.input('p', 'float32', ['N', 1, 8, 12]);
  g.output('map', map);
  g.output('score', score);
  g.output('enlarged', resize(picture, 64, 96));
  const session = await ortBackend().createSession(writeGraph(g.build()));
  const outputs = await session.run({
    d: hostTensor('float32', [1, 96], distances),
    p: hostTensor('float32', [1, 1, 8, 12], distances),
  });
  return Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [
      name,
      isHostTensor(tensor) ? (tensor.data as Float32Array) : new Float32Array(),
    ]),
  );
}

/** Gaussian over the pixels that exist, as written in the text. */
function plainBlur(image: Float32Array, sigma: number): Float64Array {
  const { imageHeight: h, imageWidth: w } = size;
  const radius = Math.ceil(4 * sigma);
  return Float64Array.from(image, (_, i) => {
    const [cy, cx] = [Math.floor(i / w), i % w];
    let sum = 0;
    let total = 0;
    for (let y = Math.max(0, cy - radius); y <= Math.min(h - 1, cy + radius); y++) {
      for (let x = Math.max(0, cx - radius); x <= Math.min(w - 1, cx + radius); x++) {
        const weight = Math.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * sigma * sigma));
        sum += weight * (image[y * w + x] as number);
        total += weight;
      }
    }
    return sum / total;
  });
}

const distances = Float32Array.from({ length: 96 }, (_, i) => ((i * 37) % 23) / 3);

test('the anomaly map is the enlarged, smoothed distances', async () => {
  const { map = new Float32Array(), enlarged = new Float32Array() } = await runTail(distances, 'max');
  // 6 pixels for a shorter side of 256; here it is 64.
  const expected = plainBlur(enlarged, 1.5);
  const worst = expected.reduce((a, value, i) => Math.max(a, Math.abs(value - (map[i] as number))), 0);
  expect(worst).toBeLessThan(1e-4);
});

test('a constant map stays constant up to the border', async () => {
  const { map = new Float32Array() } = await runTail(new Float32Array(96).fill(2.5), 'max');
  expect(map.every((value) => Math.abs(value - 2.5) < 1e-4)).toBe(true);
});

test('the score is the highest distance, or the mean of the map plus deviations', async () => {
  const max = await runTail(distances, 'max');
  expect(max['score']?.[0]).toBe(Math.max(...distances));
  const { map = new Float32Array(), score } = await runTail(distances, 'meanDeviation');
  const mean = map.reduce((a, b) => a + b, 0) / map.length;
  const deviation = Math.sqrt(map.reduce((a, b) => a + (b - mean) ** 2, 0) / map.length);
  expect(score?.[0]).toBeCloseTo(mean + 2 * deviation, 4);
});
