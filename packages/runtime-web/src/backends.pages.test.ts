import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  browserTitle,
  chromiumPath,
  launchChromium,
  servePages,
  type PageServer,
} from '@oddpixel/testing/browser';

const pages = fileURLToPath(new URL('../test/pages', import.meta.url));

describe.skipIf(chromiumPath === undefined)(browserTitle('in Chromium'), () => {
  let browser: Browser;
  let server: PageServer;
  let page: Page;
  /** What the page complained about. */
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    server = await servePages(pages);
    page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(server.url);
    await page.waitForFunction('window.tests !== undefined');
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  test.each(['wasm', 'webgpu', 'wasm in a worker', 'webgpu in a worker'])(
    '%s passes conformance',
    { timeout: 300_000 },
    async (name) => {
      const { passed, failed, skipped } = await page.evaluate(
        (backend) => window.tests.conformance(backend),
        name,
      );
      expect(failed).toEqual([]);
      expect(passed).toBeGreaterThan(25);
      for (const reason of skipped) expect(reason).toMatch(/dtypes|declared false/);
      expect(problems).toEqual([]);
    },
  );

  test('after the end of the worker, the next run starts another one and gets the same values', async () => {
    const doubled = [2, 4, 6, 8, 10, 12];
    expect(await page.evaluate(() => window.tests.workerLost())).toEqual({
      before: doubled,
      between: doubled,
      during: doubled,
      after: doubled,
      reasons: ['out of memory', 'an error that nobody caught'],
      workers: 3,
    });
  }, 120_000);

  test('after the loss of the device, the next run gets another device and the same values', async () => {
    const doubled = [2, 4, 6, 8, 10, 12];
    expect(await page.evaluate(() => window.tests.deviceLost())).toEqual({
      before: doubled,
      between: doubled,
      during: doubled,
      gone: expect.stringMatching(/`x` was on the device that was lost/),
      reasons: 2,
      devices: 3,
    });
  }, 120_000);
});
