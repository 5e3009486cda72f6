/** What may go wrong, and what differs from machine to machine, in Chromium. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readModel } from '@oddpixel/model-core';
import { browserTitle, chromiumPath, launchChromium } from '@oddpixel/testing/browser';
import { appleFiles, hollowPng } from '../test/pictures.ts';
import { serveStudio, type StudioServer } from '../test/serve-studio.ts';
import {
  downloadBy,
  give,
  goTo,
  openStudio,
  untilCalm,
  untilStarted,
  type StudioPage,
} from '../test/studio-page.ts';

const long = 120_000;
/** The smallest apple set that has everything: 5 to learn from, 1 good and 5 odd ones, 96×64 pixels. */
const apples = '?apples=5,1,5,96x64';

const axe = (): Promise<string> =>
  readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(chromiumPath === undefined)(browserTitle('Studio, the edges'), () => {
  let server: StudioServer;
  let browser: Browser;

  beforeAll(async () => {
    server = await serveStudio();
    browser = await launchChromium({
      webgpu: false,
      args: ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
    });
  }, long);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const fresh = async (query: string = apples): Promise<StudioPage & { context: BrowserContext }> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(60_000);
    const opened = await openStudio(context, server.url, query);
    await untilStarted(opened.page);
    return { ...opened, context };
  };

  const growApples = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'Try it with apples' }).click();
    await page.getByRole('heading', { level: 1, name: /look (odd|fine)/ }).waitFor();
    await untilCalm(page);
  };

  test(
    'a file that is not an image and one that is too large are named with the reason; other files are added',
    async () => {
      const { page, context, complaints } = await fresh();
      const text = { name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('no image at all') };
      const huge = { name: 'huge.png', mimeType: 'image/png', buffer: hollowPng(20_000, 10_000) };
      await give(page, 'teach-files', [text, huge]);
      const alert = page.getByRole('alert');
      await alert.waitFor();
      const said = await alert.innerText();
      expect(said).toContain('2 files were left out.');
      expect(said).toMatch(/notes\.png/);
      expect(said).toMatch(/huge\.png.*200|200.*huge\.png/s);
      await alert.getByRole('button', { name: 'Dismiss this message' }).click();
      await expect(alert.count()).resolves.toBe(0);
      expect(complaints).toEqual([]);
      await context.close();
    },
    long,
  );

  test(
    'a file that is not a model is named with the reason, and the page stays as it was',
    async () => {
      const { page, context, complaints } = await fresh();
      await give(page, 'model', { name: 'wrong.onnx', mimeType: '', buffer: Buffer.from('no model') });
      await page.getByRole('alert').waitFor();
      await expect(page.getByRole('alert').innerText()).resolves.toMatch(/ONNX|model/);
      await expect(page.getByRole('button', { name: 'Try it with apples' }).isEnabled()).resolves.toBe(true);
      expect(complaints).toEqual([]);
      await context.close();
    },
    long,
  );

  test(
    'a damaged model in the store is reported and not used, and the images stay',
    async () => {
      const { page, context, complaints } = await fresh();
      await growApples(page);
      await page.waitForTimeout(800);
      await page.evaluate(async () => {
        const root = await navigator.storage.getDirectory();
        const folder = await root.getDirectoryHandle('oddpixel-studio');
        const handle = await folder.getFileHandle('model.onnx');
        const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
        const middle = bytes.length >> 1;
        bytes[middle] = (bytes[middle] as number) ^ 1;
        const writable = await handle.createWritable();
        await writable.write(bytes);
        await writable.close();
      });
      await page.reload();
      await untilStarted(page);
      const alert = page.getByRole('alert').or(page.getByRole('status')).filter({ hasText: 'damaged' });
      await alert.waitFor();
      await expect(alert.innerText()).resolves.toContain('Your images are all here: train again');
      await goTo(page, 'Teach');
      await expect(page.locator('.thumbnails li').count()).resolves.toBe(11);
      expect(complaints).toEqual([]);
      await context.close();
    },
    long,
  );

  test(
    'only one tab works at a time',
    async () => {
      const { page: first, context } = await fresh();
      await growApples(first);
      await first.waitForTimeout(800);
      const { page: second } = await openStudio(context, server.url, apples);
      await second.getByRole('heading', { name: 'Studio is open in another tab' }).waitFor();
      await second.getByRole('button', { name: 'Use this tab instead' }).click();
      await second.locator('.gallery .card').nth(5).waitFor();
      await first.getByRole('heading', { name: 'Studio moved to another tab' }).waitFor();
      await expect.poll(() => first.workers().length, { timeout: 30_000 }).toBe(0);
      // A third one waits, and continues when the second is closed.
      const { page: third } = await openStudio(context, server.url, apples);
      await third.getByRole('heading', { name: 'Studio is open in another tab' }).waitFor();
      await second.close();
      await third.locator('.gallery .card').nth(5).waitFor();
      await context.close();
    },
    long,
  );

  test(
    'Studio works on one thread if the server sends no headers',
    async () => {
      const plain = await serveStudio({ isolated: false });
      const context = await browser.newContext({ serviceWorkers: 'block' });
      const { page, complaints } = await openStudio(context, plain.url, apples);
      await untilStarted(page);
      await expect(page.getByRole('button', { name: /Device:/ }).innerText()).resolves.toContain('1 thread');
      await growApples(page);
      await expect(page.locator('.gallery .card').count()).resolves.toBe(6);
      expect(complaints).toEqual([]);
      await context.close();
      await plain.close();
    },
    long,
  );

  test(
    'Studio has threads from the second visit on even if the server sends no headers',
    async () => {
      const plain = await serveStudio({ isolated: false });
      const context = await browser.newContext();
      context.setDefaultTimeout(60_000);
      const { page } = await openStudio(context, plain.url, apples);
      await untilStarted(page);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
      await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
      await page.reload();
      await untilStarted(page);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      await context.close();
      await plain.close();
    },
    long,
  );

  test(
    'Studio works offline after the first visit',
    async () => {
      const { page, context } = await fresh();
      await page.evaluate(async () => {
        await navigator.serviceWorker.ready;
        const isKept = async (): Promise<boolean> => {
          const kept = await (await caches.open('oddpixel-studio')).keys();
          return (
            kept.some(({ url }) => url.endsWith('.wasm')) && kept.some(({ url }) => url.endsWith('.onnx'))
          );
        };
        while (!(await isKept())) await new Promise((resolve) => setTimeout(resolve, 100));
      });
      await context.setOffline(true);
      await page.reload();
      await untilStarted(page);
      await growApples(page);
      await expect(page.locator('.gallery .card').count()).resolves.toBe(6);
      await context.close();
    },
    long,
  );

  test(
    'a student trained on a region shows its error as it falls',
    async () => {
      const { page, context, complaints } = await fresh();
      await growApples(page);
      await goTo(page, 'Teach');
      await page.getByRole('button', { name: 'Draw a region of interest' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Left %').fill('25');
      await dialog.getByLabel('Left %').blur();
      await dialog.getByLabel('Width %').fill('50');
      await dialog.getByLabel('Width %').blur();
      await dialog.getByRole('button', { name: 'Use this region' }).click();
      await page.getByText('How it learns').click();
      await page.getByRole('radio', { name: /^Student/ }).check();
      await page.getByRole('radio', { name: '10' }).check();
      await page.getByRole('button', { name: 'Train again' }).click();
      await page.getByRole('img', { name: /Error after \d+ epochs/ }).waitFor();
      await page.getByRole('heading', { level: 1, name: /look (odd|fine)/ }).waitFor();
      await untilCalm(page);
      await goTo(page, 'Take away');
      const { manifest } = readModel(await downloadBy(page, /Download model/));
      expect(manifest.head?.type).toBe('student');
      expect(manifest.preprocessing).toMatchObject({
        domainHandling: 'cropDomain',
        imageWidth: 64,
        imageHeight: 64,
      });
      expect(manifest.training?.history.length).toBeGreaterThan(1);
      await expect(page.getByText('It was taught a region').innerText()).resolves.toContain('50.0 % wide');
      expect(complaints).toEqual([]);
      await context.close();
    },
    long,
  );

  test(
    'a folder with good and defective images is taken, whether chosen or dropped',
    async () => {
      const { page, context, complaints } = await fresh();
      const { good, suspects } = await appleFiles({ good: 3, suspectGood: 1, suspectOdd: 1 });
      const folder = await mkdtemp(join(tmpdir(), 'studio-'));
      for (const { name, buffer } of [...good, ...suspects]) {
        // train-good-000.png → train/good/000.png
        const path = join(folder, 'apples', ...name.split('-'));
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, buffer);
      }
      await page.locator('input[data-role="teach-folder"]').setInputFiles(join(folder, 'apples'));
      await page.getByText('The folders tell good from odd').waitFor();
      await untilCalm(page);
      const zone = (name: string): Locator => page.getByRole('region', { name, exact: true });
      await expect(zone('Good').locator('.thumbnails li').count()).resolves.toBe(3);
      await expect(zone('To inspect').locator('.thumbnails li').count()).resolves.toBe(2);
      await zone('Good').getByRole('button', { name: 'Remove all' }).click();
      await zone('To inspect').getByRole('button', { name: 'Remove all' }).click();
      await page.getByRole('button', { name: 'Try it with apples' }).waitFor();
      // As the mouse drops it: anywhere on the page.
      const mouse = await context.newCDPSession(page);
      const data = { items: [], files: [join(folder, 'apples')], dragOperationsMask: 1 };
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
        await mouse.send('Input.dispatchDragEvent', { type, x: 300, y: 200, data });
      }
      await zone('To inspect').locator('.thumbnails li').nth(1).waitFor();
      await expect(zone('Good').locator('.thumbnails li').count()).resolves.toBe(3);
      expect(complaints).toEqual([]);
      await context.close();
      await rm(folder, { recursive: true });
    },
    long,
  );

  test(
    'Studio reports the loss of the graphics device and continues',
    async () => {
      const withGpu = await launchChromium();
      const context = await withGpu.newContext();
      context.setDefaultTimeout(60_000);
      const { page } = await openStudio(context, server.url, '?apples=1,1,0,32x32');
      await untilStarted(page);
      // An imitated GPU is not used, and the reason is shown.
      await page.locator('.notice', { hasText: 'only imitates a graphics device' }).waitFor();
      const [worker] = page.workers();
      await worker?.evaluate(() => {
        const { prototype } = Reflect.get(globalThis, 'GPUAdapter') as {
          prototype: { requestDevice: (...given: unknown[]) => Promise<{ destroy(): void }> };
        };
        const original = prototype.requestDevice;
        prototype.requestDevice = async function requestDevice(...given): Promise<{ destroy(): void }> {
          const device = await original.apply(this, given);
          Reflect.set(globalThis, 'lastDevice', device);
          return device;
        };
      });
      await page.getByRole('button', { name: /Device:/ }).click();
      await page.getByRole('radio', { name: /WebGPU/ }).check();
      await page.getByRole('button', { name: 'Device: WebGPU' }).waitFor();
      await worker?.evaluate(() => (Reflect.get(globalThis, 'lastDevice') as { destroy(): void }).destroy());
      await page.getByText('The browser took the graphics device away').waitFor();
      await page.getByRole('radio', { name: /Processor/ }).check();
      await page.getByRole('button', { name: /Device: CPU/ }).waitFor();
      await withGpu.close();
    },
    long,
  );

  test(
    'the camera is inspected live and takes pictures',
    async () => {
      const { page, context, complaints } = await fresh();
      await page.getByRole('button', { name: 'Camera' }).first().click();
      await page.getByRole('button', { name: 'Take a picture' }).click();
      await page.getByText('1 taken').waitFor();
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('button', { name: 'Remove camera' }).click();
      await growApples(page);
      await page.getByRole('button', { name: 'Camera' }).click();
      await page.getByText('pictures per second').waitFor();
      await expect(page.locator('.live-facts .verdict').innerText()).resolves.toBe('odd');
      expect(complaints).toEqual([]);
      await context.close();
    },
    long,
  );

  test(
    'the page fits phones and wide screens, light and dark, without accessibility violations',
    async () => {
      const { page, context } = await fresh();
      const script = await axe();
      const look = async (place: string): Promise<void> => {
        for (const [width, colorScheme] of [
          [360, 'light'],
          [768, 'dark'],
          [1440, 'light'],
          [1440, 'dark'],
        ] as const) {
          await page.setViewportSize({ width, height: 900 });
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          await page.evaluate(script);
          const found = await page.evaluate(async () => {
            const { violations } = await (
              window as unknown as {
                axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
              }
            ).axe.run();
            return {
              violations: violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`),
              overflow: document.documentElement.scrollWidth - window.innerWidth,
            };
          });
          expect({ place, width, colorScheme, ...found }).toEqual({
            place,
            width,
            colorScheme,
            violations: [],
            overflow: expect.toSatisfy((pixels: number) => pixels <= 0),
          });
        }
      };
      await look('welcome');
      await page.getByRole('button', { name: /Device:/ }).click();
      await look('device');
      await page.getByRole('button', { name: /Device:/ }).click();
      await growApples(page);
      await look('inspect');
      await page.locator('.card-open').first().click();
      await look('viewer');
      await page.keyboard.press('Escape');
      await goTo(page, 'Correct');
      await look('correct');
      await goTo(page, 'Take away');
      await look('take away');
      await goTo(page, 'Teach');
      await page.getByText('How it learns').click();
      await look('teach');
      await page.getByRole('button', { name: 'Draw a region of interest' }).click();
      await look('region');
      await context.close();
    },
    long,
  );
});
