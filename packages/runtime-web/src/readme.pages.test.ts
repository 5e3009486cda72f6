import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { small } from '@oddpixel/backbones/small';
import { writeModel } from '@oddpixel/model-core';
import { cpu } from '@oddpixel/runtime-node';
import { browserTitle, chromiumPath, launchChromium, servePages } from '@oddpixel/testing/browser';
import { trainTiny } from '../test/tiny-training.ts';

const folder = fileURLToPath(new URL('../test/pages', import.meta.url));

test.skipIf(chromiumPath === undefined)(
  browserTitle('the README example works'),
  { timeout: 120_000 },
  async () => {
    const cpuBackend = await cpu().open();
    const model = writeModel(
      await trainTiny('memory', new Uint8Array(await readFile(small.url)), cpuBackend),
    );
    await cpuBackend.dispose();
    // Without WebGPU the example goes on with WebAssembly, and says why.
    const browser = await launchChromium({ webgpu: false });
    const server = await servePages(folder, { isolated: false });
    const page = await browser.newPage();
    await page.route('**/model.onnx', (route) => route.fulfill({ body: Buffer.from(model) }));
    await page.goto(server.url);
    await page.waitForFunction('window.tests !== undefined');
    const said = await page.evaluate(() => window.tests.readme());
    expect(said).toEqual([expect.stringMatching(/^n?ok$/), expect.any(Number), 'ort-web:wasm', 1]);
    await browser.close();
    await server.close();
  },
);

test('the README shows this example', async () => {
  const source = await readFile(new URL('../test/pages/readme.ts', import.meta.url), 'utf8');
  const region = /\/\/ #region example\n(.*?) *\/\/ #endregion/s.exec(source)?.[1] ?? 'no region';
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(region.replaceAll(/^ {2}/gm, ''));
});
