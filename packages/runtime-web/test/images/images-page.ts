/** The page of the tests, opened in Chromium. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Raster } from '@oddpixel/contract';
import { launchChromium } from '@oddpixel/testing/browser';
import type { Failure, PageTests, WireRaster } from './page.ts';
import { bundlePage, type BundledPage } from './bundle-page.ts';

declare global {
  var imageTests: PageTests;
}

export interface TestPage {
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly bundle: BundledPage;
  /** Another page of the same site. */
  open(): Promise<Page>;
  close(): Promise<void>;
}

export async function openTestPage(args: readonly string[] = []): Promise<TestPage> {
  const bundle = await bundlePage(new URL('page.ts', import.meta.url));
  const browser = await launchChromium({ webgpu: false, args });
  const context = await browser.newContext();
  await bundle.answer(context);
  const errors: Error[] = [];
  const open = async (): Promise<Page> => {
    const page = await context.newPage();
    page.on('pageerror', (error) => errors.push(error));
    await page.goto('http://localhost/');
    await page.waitForFunction('globalThis.imageTests !== undefined');
    return page;
  };
  return {
    browser,
    context,
    page: await open(),
    bundle,
    open,
    async close() {
      await browser.close();
      if (errors.length > 0) throw new AggregateError(errors, 'errors in the page');
    },
  };
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

const types = { Uint8Array, Uint16Array, Float32Array };

export function fromWire({ base64: text, type, ...raster }: WireRaster): Raster {
  const { buffer } = Uint8Array.from(Buffer.from(text, 'base64'));
  return { ...raster, data: new types[type](buffer) };
}

export function toWire({ data, ...raster }: Raster): WireRaster {
  return {
    ...raster,
    type: data.constructor.name as WireRaster['type'],
    base64: base64(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  };
}

/** The result of a call, or its failure thrown. */
export function succeeded<T extends object | string | null | undefined>(
  result: T | { readonly failure: Failure },
): T {
  if (typeof result === 'object' && result !== null && 'failure' in result) {
    // By its code: a bundler shortens the names of classes.
    throw new Error(`${String(result.failure.code)}: ${result.failure.message}`);
  }
  return result as T;
}
