import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { small } from '@oddpixel/backbones/small';
import { readModel } from '@oddpixel/model-core';
import { cpu } from '@oddpixel/runtime-node';
import {
  browserTitle,
  chromiumPath,
  launchChromium,
  servePages,
  type PageServer,
} from '@oddpixel/testing/browser';
import { scoresOf, trainTiny, type HeadName } from '../test/tiny-training.ts';

const pages = fileURLToPath(new URL('../test/pages', import.meta.url));

/** What parity means: relative to the score or, for small ones, to what good pictures score. */
const parity = 1e-4;

describe.skipIf(chromiumPath === undefined)(browserTitle('trained in Chromium'), () => {
  let browser: Browser;
  let server: PageServer;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium();
    server = await servePages(pages);
    page = await browser.newPage();
    await page.goto(server.url);
    await page.waitForFunction('window.tests !== undefined');
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  test.each([
    ['memory', 'wasm'],
    ['gaussian', 'wasm'],
    ['student', 'wasm'],
    ['memory', 'webgpu'],
    ['student', 'webgpu'],
  ] as const)(
    'a %s model from %s gives the same results in Node as there, and finds the anomalous image',
    { timeout: 240_000 },
    async (head: HeadName, device) => {
      const trained = await page.evaluate(([name, type]) => window.tests.train(name, type), [
        device,
        head,
      ] as const);
      const model = readModel(Uint8Array.from(trained.file, (char) => char.charCodeAt(0)));
      const backend = await cpu().open();
      const here = await scoresOf(model, backend);
      const references = model.manifest.calibration?.referenceScores.toSorted((a, b) => a - b) ?? [];
      // A student that was shown no other good images is not calibrated.
      const unit = references[Math.floor(references.length / 2)] ?? here[0]?.score ?? 0;
      expect(unit).toBeGreaterThan(0);
      here.forEach(({ score, map }, i) => {
        const there = trained.scores[i];
        const values = [score, ...map];
        [there?.score ?? Number.NaN, ...(there?.map ?? [])].forEach((value, j) => {
          const wanted = values[j] ?? Number.NaN;
          expect(Math.abs(value - wanted)).toBeLessThanOrEqual(parity * Math.max(wanted, unit));
        });
      });
      expect(here[1]?.score).toBeGreaterThan(here[0]?.score ?? Infinity);
      if (head === 'student') {
        const backbone = new Uint8Array(await readFile(small.url));
        const inNode = await trainTiny(head, backbone, backend);
        inNode.manifest.training?.history.forEach(({ error }, epoch) => {
          expect(Math.abs((trained.epochs[epoch] ?? Number.NaN) / error - 1)).toBeLessThan(1e-3);
        });
        expect(trained.epochs.at(-1)).toBeLessThan(0.9 * (trained.epochs[0] ?? 0));
      }
      await backend.dispose();
    },
  );
});
