import { readFileSync } from 'node:fs';
import type { ImageCodec, Raster, Store } from '@oddpixel/contract';
import { expect, test } from 'vitest';
import { renderApple, renderAppleDataset as renderWholeDataset } from './index.ts';
import type { AppleDatasetOptions } from './index.ts';

/** The README's loop over a smaller set. */
const renderAppleDataset = (options: AppleDatasetOptions): ReturnType<typeof renderWholeDataset> =>
  renderWholeDataset({ ...options, width: 48, height: 32, train: 2, testGood: 1, testDefect: 3 });

async function example(
  store: Pick<Store, 'put'>,
  codec: Pick<ImageCodec, 'encode'>,
): Promise<{ raster: Raster; mask?: Raster | undefined }> {
  // #region example
  for (const { path, raster, maskPath, mask } of renderAppleDataset({ seed: 0 })) {
    await store.put(path, await codec.encode(raster, 'png'));
    if (mask && maskPath) await store.put(maskPath, await codec.encode(mask, 'png'));
  }
  const { raster, mask } = renderApple({ seed: 7, variety: 'red', defect: 'worm', width: 640, height: 512 });
  // #endregion
  return { raster, mask };
}

test('the README example works', async () => {
  const stored = new Map<string, number>();
  const store: Pick<Store, 'put'> = {
    put: (key, bytes) => Promise.resolve(void stored.set(key, bytes.length)),
  };
  const codec: Pick<ImageCodec, 'encode'> = {
    encode: ({ data }) => Promise.resolve(new Uint8Array(data.length)),
  };
  const { raster, mask } = await example(store, codec);
  expect(stored.size).toBe(9);
  expect(stored.get('test/cut/000.png')).toBe(3 * 48 * 32);
  expect(stored.get('ground_truth/cut/000_mask.png')).toBe(48 * 32);
  expect([raster.width, raster.height, mask?.width, mask?.height]).toEqual([640, 512, 640, 512]);
});

test('the README shows this example', () => {
  const test = readFileSync(new URL('readme.test.ts', import.meta.url), 'utf8');
  const region = /\/\/ #region example\n(.*?) *\/\/ #endregion/s.exec(test)?.[1] ?? 'no region';
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(region.replaceAll(/^ {2}/gm, ''));
});
