import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Evaluation } from './evaluation.ts';

const child = fileURLToPath(new URL('../test/pixel-memory-child.ts', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));

test('pixel measures over 1,000 maps of 256 × 256 stay under 1 GB for the whole process', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--conditions=@oddpixel/source', child],
    { cwd: root },
  );
  const { pixel, peakBytes } = JSON.parse(stdout) as Pick<Evaluation, 'pixel'> & { peakBytes: number };
  expect(pixel).toMatchObject({ images: 1000, pixels: 65_536_000, regions: 500 });
  // What the distributions have, which four million anomalous pixels come near to: overlap rises from 0.5 to 0.8
  // while the false-positive rate rises to 0.3.
  expect(pixel?.auroc).toBeCloseTo(0.875, 2);
  expect(pixel?.aupro30).toBeCloseTo(0.65, 2);
  expect(pixel?.aupro5).toBeCloseTo(0.525, 2);
  expect(peakBytes).toBeGreaterThan(0);
  expect(peakBytes).toBeLessThan(10 ** 9);
}, 120_000);
