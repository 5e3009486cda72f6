import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { selectBackend, type BackendFactory } from '@oddpixel/contract';
import { cpu, diskStore, sharpCodec, cuda as realCuda, webgpu as realWebgpu } from './index.ts';

// Opening a software GPU takes seconds here; the README's order is what matters.
const unavailable = (factory: BackendFactory): BackendFactory => ({ ...cpu(), name: factory.name });
const cuda = (): BackendFactory => unavailable(realCuda());
const webgpu = (): BackendFactory => unavailable(realWebgpu());

const onWarning = (): void => {};

async function example(bytes: Uint8Array, folder: string): Promise<unknown> {
  // #region example
  const { backend, rejected } = await selectBackend([cuda(), webgpu(), cpu()]);
  // rejected says why others were skipped; there is no other fallback
  const codec = sharpCodec();
  const raster = await codec.decode(bytes, { fileName: 'part.png', onWarning });
  const store = diskStore(folder);
  await store.put('part', await codec.encode(raster, 'png')); // atomic
  // #endregion
  await backend.dispose();
  const stored = await store.get('part');
  return { rejected: rejected.length, width: raster.width, stored: (stored?.length ?? 0) > 50 };
}

test('the README example works', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oddpixel-readme-'));
  const raster = { width: 9, height: 5, channels: 3, data: new Uint8Array(135).fill(7) };
  const bytes = await sharpCodec().encode(raster, 'png');
  expect(await example(bytes, folder)).toEqual({ rejected: 0, width: 9, stored: true });
  await rm(folder, { recursive: true });
});

test('the README shows this example', () => {
  const test = readFileSync(new URL('readme.test.ts', import.meta.url), 'utf8');
  const region = /\/\/ #region example\n(.*?) *\/\/ #endregion/s.exec(test)?.[1] ?? 'no region';
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(region.replaceAll(/^ {2}/gm, ''));
});
