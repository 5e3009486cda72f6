import { readFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { fetchBackbone } from './index.ts';
import { diskCache, readBackbone } from './node/index.ts';
import { small } from './small.ts';
import { sample, sampleSha256 } from '../test/sample-file.ts';
import { serve } from '../test/serve.ts';

test('the README example works', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oddpixel-readme-'));
  vi.stubEnv('ODDPIXEL_CACHE', folder);
  const server = await serve((_request, response) => void response.end(sample));
  const [url, sha256] = [`${server.url}/theirs.onnx`, sampleSha256];
  const lines: unknown[][] = [];
  const console = { log: (...line: unknown[]): number => lines.push(line) };

  // #region example
  const ours = await readBackbone(small); // Uint8Array, integrity checked
  console.log(small.outputs, ours.length); // [ 'features_4', 'features_8', 'features_16' ]

  const theirs = await fetchBackbone({ url, sha256 }, { cache: diskCache() });
  console.log(theirs.length); // the bytes with this SHA-256, or an error
  // #endregion

  expect(lines).toEqual([[['features_4', 'features_8', 'features_16'], small.sizeBytes], [sample.length]]);
  expect(await readdir(join(folder, 'backbones'))).toEqual([`${sha256}.onnx`]);
  await server.close();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test.each(['readme.test.ts', '../test/pages/page.ts'])('the README shows this example: %s', async (file) => {
  const source = await readFile(new URL(file, import.meta.url), 'utf8');
  const [, indent = '', region = 'no region'] =
    /^( *)\/\/ #region example\n(.*?) *\/\/ #endregion/ms.exec(source) ?? [];
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(region.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
});
