/** The pages under measurement on a server of their own, and browsers that open them. */
import { renderApple } from '@oddpixel/dataset/apples';
import { writeModel, type AnomalyModel } from '@oddpixel/model-core';
import { sharpCodec } from '@oddpixel/runtime-node';
import { launchChromium, type LaunchOptions } from '@oddpixel/testing/browser';
import { buildPages, serveFiles, type Files } from '@oddpixel/testing/built-pages';

/** What the camera sees. */
export const frameSize = { width: 640, height: 480 } as const;

export interface Site {
  /** Addresses of the models, by name. */
  readonly models: Readonly<Record<string, string>>;
  /** Addresses of the pictures that frames are made of: apples, every second one with a worm. */
  readonly images: readonly string[];
  readonly files: Files;
  /** The browser's version. */
  readonly chromium: string;
}

export async function buildSite(models: Readonly<Partial<Record<string, AnomalyModel>>>): Promise<Site> {
  const files = await buildPages({
    main: new URL('page/main.ts', import.meta.url),
    first: new URL('page/first.ts', import.meta.url),
  });
  const addresses: Record<string, string> = {};
  for (const [name, model] of Object.entries(models)) {
    if (model === undefined) continue;
    addresses[name] = `/${name}.onnx`;
    files.set(`/${name}.onnx`, writeModel(model));
  }
  const images: string[] = [];
  for (let number = 0; number < 4; number++) {
    const flaw = number % 2 === 1 && ({ defect: 'worm' } as const);
    const { raster } = renderApple({ ...frameSize, ...flaw, seed: 500 + number });
    images.push(`/${number}.png`);
    files.set(`/${number}.png`, await sharpCodec().encode(raster, 'png'));
  }
  const browser = await launchChromium({ webgpu: false });
  const chromium = browser.version();
  await browser.close();
  return { models: addresses, images, files, chromium };
}

type Page = Awaited<ReturnType<Awaited<ReturnType<typeof launchChromium>>['newPage']>>;

export interface OpenedPage {
  readonly page: Page;
  /** Seconds of all threads of all the browser's processes. */
  cpuSeconds(): Promise<number>;
  close(): Promise<void>;
}

/** @param isolated whether the server sends the headers that threads need. */
export async function openMain(
  { files }: Site,
  isolated: boolean,
  options: LaunchOptions = { webgpu: false },
): Promise<OpenedPage> {
  const server = await serveFiles(files, { isolated });
  const browser = await launchChromium(options);
  const page = await browser.newPage();
  await page.goto(`${server.url}/main`);
  await page.waitForFunction('window.bench !== undefined');
  const cdp = await browser.newBrowserCDPSession();
  return {
    page,
    async cpuSeconds() {
      const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
      return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
