import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { renderAppleDataset } from '@oddpixel/dataset/apples';
import { sharpCodec, writeFileAtomic } from '@oddpixel/runtime-node';
import { repositoryRoot } from '@oddpixel/testing';

const home = process.cwd();
afterEach(() => process.chdir(home));

test('the README shows this example', async () => {
  const readme = await readFile(join(repositoryRoot, 'README.md'), 'utf8');
  const code = await readFile(new URL('node-api.ts', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${code}\`\`\``);
});

test('the example trains on good parts and finds a defective one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oddpixel-example-'));
  const codec = sharpCodec();
  for (const { path, raster } of renderAppleDataset({
    width: 160,
    height: 128,
    train: 8,
    testGood: 0,
    testDefect: 1,
  })) {
    // The example speaks of scratches; an apple's flaw will do.
    const place = path.replace(/^test\/[^/]+/, 'test/scratch');
    await writeFileAtomic(join(folder, 'parts', place), await codec.encode(raster, 'png'));
  }
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  process.chdir(folder);
  await import('./node-api.ts');
  expect(log).toHaveBeenCalledWith(expect.stringMatching(/^n?ok$/), expect.any(Number));
  log.mockRestore();
  await rm(folder, { recursive: true });
});
