/** What the command line's work is measured by: `pnpm bench predict` and `pnpm bench train`. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GraphBuilder, reduceMean, writeGraph } from '@oddpixel/graph';
import { scratchFolder, writeDataset } from '../packages/oddpixel/test/run-cli.ts';
import { predictDocument, trainDocument } from './shared/document.ts';
import { documentOf, runBench } from './shared/run-bench.ts';

let folder: string;
let data: string;

beforeAll(async () => {
  folder = await scratchFolder();
  data = join(folder, 'data');
  await writeDataset(data);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A foreign model: its map is the mean of the colours. */
function meanModel(): Uint8Array {
  const g = new GraphBuilder({ name: 'mean' });
  const image = g.input('image', 'float32', ['N', 3, 32, 64]);
  g.output('anomaly_map', reduceMean(image, [1]));
  return writeGraph(g.build());
}

describe('the work of the command line', { timeout: 120_000 }, () => {
  test('of predict is measured in images per second, beside the bare session', async () => {
    const model = join(folder, 'mean.onnx');
    await writeFile(model, meanModel());
    const args = ['predict', model, data, '--images', '12', '--rounds', '1', '--threads', '1'];
    const { document } = await documentOf(args);
    const { images, bare } = predictDocument.parse(document);
    expect(images).toBe(12);
    expect(bare.map(({ batch }) => batch)).toEqual([1, 4, 8]);
  });

  test('of train is measured in seconds by phase, beside the bare feature pass', async () => {
    const args = ['train', data, '--size', '64', '--rounds', '1', '--threads', '1'];
    const { document } = await documentOf(args);
    const { images, phases } = trainDocument.parse(document);
    expect(images).toBeGreaterThan(0);
    expect(phases.map(({ phase }) => phase)).toContain('features');
  });

  test('a call without a model or without data is refused', async () => {
    const predict = await runBench(['predict', 'model.onnx']);
    expect(predict).toMatchObject({ code: 1, stdout: '' });
    expect(predict.stderr).toContain('expected a model file, and files or folders of images');
    const train = await runBench(['train']);
    expect(train).toMatchObject({ code: 1, stdout: '' });
    expect(train.stderr).toContain('expected one data set');
  });
});
