import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  browserTitle,
  chromiumPath,
  launchChromium,
  servePages,
  type PageServer,
} from '@oddpixel/testing/browser';
import { small } from '../small.ts';
import { sample, sampleSha256 } from '../../test/sample-file.ts';
import { serve, type TestServer } from '../../test/serve.ts';

const pages = fileURLToPath(new URL('../../test/pages', import.meta.url));
const asset = '**/small.onnx*';

describe.skipIf(chromiumPath === undefined)(browserTitle('in Chromium'), () => {
  let browser: Browser;
  let server: PageServer;
  let elsewhere: TestServer;
  let page: Page;
  /** Requests for the model since the page was opened. */
  let asked: string[];

  beforeAll(async () => {
    browser = await launchChromium({ webgpu: false });
    server = await servePages(pages, { isolated: false, sources: true });
    elsewhere = await serve((request, response) => {
      if (request.url !== '/forbidden') response.setHeader('Access-Control-Allow-Origin', '*');
      response.setHeader('Content-Length', sample.length);
      if (request.url === '/breaks') response.write(sample.subarray(0, 1000), () => response.destroy());
      else if (request.url === '/hangs') response.write(sample.subarray(0, 1000));
      else response.end(sample);
    });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await elsewhere?.close();
  });

  beforeEach(async () => {
    page = await (await browser.newContext()).newPage();
    asked = [];
    page.on('request', (request) => request.url().includes('small.onnx') && asked.push(request.url()));
    await open();
  });
  afterEach(() => page.context().close());

  async function open(): Promise<void> {
    await page.goto(server.url);
    await page.waitForFunction('window.backboneTests !== undefined');
  }

  test('a backbone of ours is requested only when it is read, and is the file of its card', async () => {
    expect(asked).toEqual([]);
    const outcome = await page.evaluate(() => window.backboneTests.ours({}));
    const { sizeBytes } = small;
    expect(outcome).toEqual({ sizeBytes, warnings: [], progress: [sizeBytes, sizeBytes] });
    expect(asked).toHaveLength(1);
    expect(await page.evaluate(() => window.backboneTests.kept())).toBe(0);
  });

  test('a cached file is not requested again, not even by the next page; damage is detected', async () => {
    expect(await page.evaluate(() => window.backboneTests.readme())).toBe(small.sizeBytes);
    await open();
    const { sizeBytes } = small;
    const again = await page.evaluate(() => window.backboneTests.ours({ cached: true }));
    expect(again).toEqual({ sizeBytes, warnings: [] });
    expect(asked).toHaveLength(1);
    await page.evaluate(() => window.backboneTests.damage());
    const repaired = await page.evaluate(() => window.backboneTests.ours({ cached: true }));
    expect(repaired).toMatchObject({ sizeBytes, warnings: [expect.stringContaining('received 5 bytes')] });
    expect(asked).toHaveLength(2);
    const { warnings } = await page.evaluate(() => window.backboneTests.ours({ cached: true }));
    expect(warnings).toEqual([]);
  });

  test('a file with another SHA-256 is refused and not kept', async () => {
    await page.route(asset, (route) => route.fulfill({ body: 'a page', contentType: 'text/html' }));
    const outcome = await page.evaluate(() => window.backboneTests.ours({ cached: true }));
    expect(outcome).toMatchObject({
      code: 'BACKBONE_HASH',
      error: expect.stringMatching(/\(6 bytes of text\/html\)\. Load the page again/),
    });
    expect(await page.evaluate(() => window.backboneTests.kept())).toBe(0);
  });

  test('without a network, the error advises to check it', async () => {
    await page.context().setOffline(true);
    const outcome = await page.evaluate(() => window.backboneTests.ours({}));
    expect(outcome).toMatchObject({
      code: 'BACKBONE_UNAVAILABLE',
      error: expect.stringContaining('Check the network'),
    });
  });

  test('a published backbone is loaded from another site that allows it', async () => {
    const load = (path: string, wishes: { cached?: boolean; abort?: boolean } = {}) =>
      page.evaluate(([url, sha, w]) => window.backboneTests.published(url, sha, w), [
        elsewhere.url + path,
        sampleSha256,
        wishes,
      ] as const);
    const bytes = sample.length;
    expect(await load('/whole')).toEqual({ sizeBytes: bytes, warnings: [], progress: [bytes, bytes] });
    expect(await load('/forbidden')).toMatchObject({
      code: 'BACKBONE_UNAVAILABLE',
      error: expect.stringContaining('(CORS)'),
    });
    expect(await load('/breaks', { cached: true })).toMatchObject({ code: 'BACKBONE_INCOMPLETE' });
    expect(await load('/hangs', { cached: true, abort: true })).toEqual({
      error: 'Error: enough',
      warnings: [],
    });
    expect(await page.evaluate(() => window.backboneTests.kept())).toBe(0);
  });
});
