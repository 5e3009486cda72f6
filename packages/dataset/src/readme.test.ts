import { readFileSync } from 'node:fs';
import type { ImageCodec } from '@oddpixel/contract';
import { expect, test } from 'vitest';
import {
  checkSamples,
  createSamples,
  findSamples,
  memoryFileSource,
  readAnomalyDataset,
  splitDataset,
} from './index.ts';

const names = Array.from({ length: 10 }, (_, i) => `good/${i}.png`);
const source = memoryFileSource(new Map(names.map((name, i) => [name, Uint8Array.of(i)])));
const codec: ImageCodec = {
  decode: (bytes) => Promise.resolve({ width: 1, height: 1, channels: 1, data: bytes }),
  encode: (raster) => Promise.resolve(new Uint8Array(raster.data)),
};

async function example(console: { log(...items: unknown[]): void }): Promise<void> {
  // #region example
  const found = await readAnomalyDataset(source);
  const dataset = splitDataset(found, { train: 50, validation: 10, seed: 0 });
  for (const { severity, message } of await checkSamples(dataset, { source, codec })) {
    console.log(severity, message);
  }
  const samples = findSamples(dataset, { split: 'train', label: 'ok' });
  for await (const { image, sample } of createSamples(dataset, { source, codec, samples })) {
    console.log(sample.imageFileName, image.width, image.height);
  }
  // #endregion
}

test('the README example works', async () => {
  const lines: unknown[][] = [];
  await example({ log: (...items) => lines.push(items) });
  expect(lines).toHaveLength(5);
  expect(lines[0]).toEqual([expect.stringMatching(/^good\/\d\.png$/), 1, 1]);
});

test('the README shows this example', () => {
  const test = readFileSync(new URL('readme.test.ts', import.meta.url), 'utf8');
  const region = /\/\/ #region example\n(.*?) *\/\/ #endregion/s.exec(test)?.[1] ?? 'no region';
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(region.replaceAll(/^ {2}/gm, ''));
});
