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

/** Bytes that the page holds after the collection of garbage, the memory of arrays included. */
async function heldBytes(page: Page): Promise<number> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.collectGarbage');
  const usage: { readonly usedSize: number; readonly backingStorageSize?: number } =
    await cdp.send('Runtime.getHeapUsage');
  await cdp.detach();
  return usage.usedSize + (usage.backingStorageSize ?? 0);
}

describe.skipIf(chromiumPath === undefined)(browserTitle('frame after frame'), () => {
  let browser: Browser;
  let server: PageServer;
  beforeAll(async () => {
    browser = await launchChromium();
    server = await servePages(pages);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  // The smallest thing that a frame could leave behind is the map: 64 × 32 values, 8 kB. The first frames compile code.
  test.each([
    ['wasm', { warmUp: 20, frames: 150, mostBytes: 500_000 }],
    ['webgpu', { warmUp: 20, frames: 20, mostBytes: 150_000 }],
  ] as const)(
    '%s leaks no GPU buffer and no memory',
    { timeout: 300_000 },
    async (name, { warmUp, frames, mostBytes }) => {
      const page = await browser.newPage();
      await page.goto(server.url);
      await page.waitForFunction('window.tests !== undefined');
      await page.evaluate((backend) => window.tests.openFrames(backend), name);
      const buffers = await page.evaluate((count) => window.tests.showFrames(count), warmUp);
      const before = await heldBytes(page);
      const after = await page.evaluate((count) => window.tests.showFrames(count), frames);
      expect((await heldBytes(page)) - before).toBeLessThan(mostBytes);
      expect(after.alive).toBe(buffers.alive);
      if (name === 'webgpu') expect(buffers.created).toBeGreaterThan(0);
      await page.close();
    },
  );
});
