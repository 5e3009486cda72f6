/** Nothing leaves the page, and an image that could not be judged is not fine: in Chromium, on the built page. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharpCodec } from '@oddpixel/runtime-node';
import { browserTitle, chromiumPath, launchChromium } from '@oddpixel/testing/browser';
import { appleFiles, type TestFile } from '../test/pictures.ts';
import { serveStudio, type StudioServer } from '../test/serve-studio.ts';
import { galleryOf, give, openStudio, untilCalm, untilStarted } from '../test/studio-page.ts';

const long = 60_000;

/** Requests something, as malicious code would. */
const reach = (url: string): Promise<string> =>
  fetch(url, { mode: 'no-cors', method: 'POST', body: 'pixels' }).then(
    () => 'reached',
    () => 'blocked',
  );

/** The first worker is ours; those after it are threads of the engine, which wait and answer nobody. */
async function fromWorker(page: Page, url: string): Promise<string> {
  const [worker] = page.workers();
  if (worker === undefined) throw new Error('the page has no worker');
  return worker.evaluate(reach, url);
}

describe.skipIf(chromiumPath === undefined)(browserTitle('Studio, what must not happen'), () => {
  let elsewhere: Server;
  let elsewhereUrl: string;
  const requests: string[] = [];
  let browser: Browser;

  beforeAll(async () => {
    elsewhere = createServer((request, response) => {
      requests.push(request.url ?? '');
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
      response.end('taken');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, 'localhost', resolve));
    elsewhereUrl = `http://localhost:${(elsewhere.address() as AddressInfo).port}/`;
    browser = await launchChromium({ webgpu: false });
  }, long);

  afterAll(async () => {
    await browser?.close();
    elsewhere?.close();
  });

  async function open(server: StudioServer): Promise<{ page: Page; complaints: readonly string[] }> {
    const context = await browser.newContext();
    context.setDefaultTimeout(60_000);
    const opened = await openStudio(context, server.url);
    await untilStarted(opened.page);
    return opened;
  }

  test(
    'another origin is out of reach, for the page and for its worker',
    async () => {
      const server = await serveStudio();
      try {
        const { page } = await open(server);
        expect(await page.evaluate(reach, `${elsewhereUrl}page`)).toBe('blocked');
        expect(await fromWorker(page, `${elsewhereUrl}worker`)).toBe('blocked');
        const picture = await page.evaluate(
          (url) =>
            new Promise((resolve) => {
              const image = new Image();
              image.addEventListener('load', () => resolve('loaded'));
              image.addEventListener('error', () => resolve('blocked'));
              image.src = url;
            }),
          `${elsewhereUrl}picture`,
        );
        expect(picture).toBe('blocked');
        expect(requests).toEqual([]);
      } finally {
        await server.close();
      }
    },
    long,
  );

  test(
    'a plain host of files protects page and worker, on the first visit and on later ones',
    async () => {
      const server = await serveStudio({ isolated: false });
      try {
        const { page } = await open(server);
        expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
        expect(await page.evaluate(reach, `${elsewhereUrl}page`)).toBe('blocked');
        expect(await fromWorker(page, `${elsewhereUrl}worker`)).toBe('blocked');
        await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
        await page.reload();
        await untilStarted(page);
        expect(await fromWorker(page, `${elsewhereUrl}worker`)).toBe('blocked');
        expect(requests).toEqual([]);
      } finally {
        await server.close();
      }
    },
    long,
  );

  test(
    'an image that cannot be judged is shown as such, and the headline does not state that all images look fine',
    async () => {
      const server = await serveStudio();
      try {
        const { page, complaints } = await open(server);
        const { good } = await appleFiles({ good: 6, suspectGood: 0, suspectOdd: 0 });
        const heights = { width: 64, height: 48, channels: 1, data: new Float32Array(64 * 48).fill(1e20) };
        const float: TestFile = {
          name: 'heights.tif',
          mimeType: 'image/tiff',
          buffer: Buffer.from(await sharpCodec().encode(heights, 'tiff')),
        };
        await give(page, 'teach-files', good.slice(0, 4));
        await give(page, 'inspect-files', [...good.slice(4), float]);
        await page.getByRole('button', { name: 'Train', exact: true }).click();
        await page.locator('.card.failed').waitFor();
        await untilCalm(page);
        await page.getByRole('slider', { name: /Odd from score/ }).press('End');
        await page
          .getByRole('heading', { level: 1, name: '2 of 3 look fine, 1 without a verdict' })
          .waitFor();
        await expect(page.locator('.card.failed').innerText()).resolves.toMatch(
          /no verdict[\s\S]*heights\.tif/,
        );
        expect((await galleryOf(page)).filter(({ verdict }) => verdict === 'fine')).toHaveLength(2);
        expect(complaints).toEqual([]);
      } finally {
        await server.close();
      }
    },
    long,
  );
});
