import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { renderAppleDataset } from '@oddpixel/dataset/apples';
import { hostTensor, isHostTensor, type HostTensor } from '@oddpixel/contract';
import { readGraph } from '@oddpixel/graph';
import { stackTensors } from '@oddpixel/graph/training';
import { createPreprocessParams, preprocessRaster } from '@oddpixel/preprocess';
import { cpu } from '@oddpixel/runtime-node';

const home = process.cwd();
afterEach(() => process.chdir(home));

test('the example is short', async () => {
  const code = await readFile(new URL('train-cnn.ts', import.meta.url), 'utf8');
  expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
});

test('the network learns to reproduce apples that it has not seen, and the written file does so too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oddpixel-example-'));
  process.chdir(folder);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('./train-cnn.ts');
  const printed = log.mock.calls;
  log.mockRestore();
  const file = new Uint8Array(await readFile('apples.onnx'));
  await rm(folder, { recursive: true });

  const errors = printed.slice(0, -1).map(([record]) => (record as { error: number }).error);
  const [first = NaN, last = NaN] = [errors[0], errors.at(-1)];
  expect(errors).toHaveLength(8);
  expect(last).toBeLessThan(0.3 * first);

  // The first error may be a bad start: the last one must also be far below what the mean picture would have.
  const { known, unseen } = pictures();
  const mean = new Float64Array(elements);
  known.data.forEach((value, i) => (mean[i % elements] = (mean[i % elements] ?? NaN) + value / 48));
  const guess = unseen.data.map((value, i) => (value - (mean[i % elements] ?? NaN)) ** 2);
  expect(last).toBeLessThan(0.3 * (guess.reduce((a, b) => a + b, 0) / guess.length));

  // What was printed of one apple is what the file does.
  const graph = readGraph(file);
  expect(graph.inputs).toEqual([{ name: 'image', dtype: 'float32', dims: ['N', 3, 64, 96] }]);
  expect(graph.nodes.some(({ opType }) => opType === 'BatchNormalization')).toBe(false);
  const one = hostTensor('float32', [1, 3, 64, 96], unseen.data.slice(0, elements));
  const { copy, error } = await run(file, one);
  expect(copy?.dims).toEqual([1, 3, 64, 96]);
  const pixels = copy?.data as Float32Array;
  const squares = pixels.map((value, i) => (value - (one.data[i] ?? NaN)) ** 2);
  const measured = squares.reduce((a, b) => a + b, 0) / squares.length;
  expect(Number(error?.data[0])).toBeCloseTo(measured, 5);
  expect(printed.at(-1)?.[1]).toBeCloseTo(measured, 5);
  expect(measured).toBeLessThan(3 * last);
});

const elements = 3 * 64 * 96;

/** The pictures of the example. */
function pictures(): { known: HostTensor<'float32'>; unseen: HostTensor<'float32'> } {
  const params = createPreprocessParams({ imageWidth: 96, imageHeight: 64, imageRangeMax: 1 });
  const apples = renderAppleDataset({ width: 96, height: 64, train: 48, testGood: 8, testDefect: 0 });
  const images = Array.from(apples, ({ raster }) => preprocessRaster(raster, params).image);
  return { known: stackTensors(images.slice(0, 48)), unseen: stackTensors(images.slice(48)) };
}

async function run(file: Uint8Array, image: HostTensor): Promise<Record<string, HostTensor>> {
  const backend = await cpu().open();
  const session = await backend.createSession(file);
  const outputs = Object.entries(await session.run({ image }));
  await backend.dispose();
  return Object.fromEntries(
    outputs.flatMap(([name, tensor]) => (isHostTensor(tensor) ? [[name, tensor]] : [])),
  );
}
