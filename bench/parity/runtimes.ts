/** Where the golden images are inspected besides Node's CPU. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '@oddpixel/testing';
import { chromiumPath, isolation, launchChromium } from '@oddpixel/testing/browser';
import type { Observation, Order } from './observe.ts';
import { servePage } from './serve-page.ts';

/** What a runtime saw, or why it could not look. */
export type Outcome = { readonly observations: readonly Observation[] } | { readonly skipped: string };

export const runtimeNames = ['Node WebGPU', 'Chromium wasm', 'Chromium WebGPU'] as const;
export type RuntimeName = (typeof runtimeNames)[number];

/** A GPU in software, as Chromium brings along: the same on every machine. Another one may be named. */
export const softwareDriver: string | undefined = [
  process.env['ODDPIXEL_VULKAN_DRIVER'],
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
].find((path) => path !== undefined && existsSync(path));

/** In a process of its own, on the GPU in software; without one, on what WebGPU finds. */
export async function inNodeWebgpu(order: Order): Promise<Outcome> {
  const script = fileURLToPath(new URL('node-webgpu.ts', import.meta.url));
  const driver = softwareDriver !== undefined && {
    VK_ICD_FILENAMES: softwareDriver,
    VK_DRIVER_FILES: softwareDriver,
    // Chromium brings a Vulkan loader beside its driver.
    LD_LIBRARY_PATH: [dirname(softwareDriver), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':'),
  };
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@oddpixel/source', script], {
    cwd: repositoryRoot,
    env: { ...process.env, ...driver },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.end(JSON.stringify(order));
  const [printed, code] = await Promise.all([text(child.stdout), ended]);
  if (code !== 0) throw new Error(`WebGPU in Node ended with code ${code}; see above`);
  return JSON.parse(printed) as Outcome;
}

export interface InChromium {
  /** `undefined` if there is no browser. */
  readonly version: string | undefined;
  readonly wasm: Outcome;
  readonly webgpu: Outcome;
}

/** In a page that gets our sources from a server of its own; WebGPU is computed in software there. */
export async function inChromium(order: Order): Promise<InChromium> {
  if (chromiumPath === undefined) {
    const skipped = 'no Chromium; set CHROME_PATH';
    return { version: undefined, wasm: { skipped }, webgpu: { skipped } };
  }
  const server = await servePage(new URL('page.ts', import.meta.url));
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.route(`${server.url}/`, (route) =>
      route.fulfill({ contentType: 'text/html', headers: isolation, body: server.html }),
    );
    await page.goto(server.url);
    await page.waitForFunction('window.observeHere !== undefined');
    const look = (device: 'wasm' | 'webgpu'): Promise<Outcome> =>
      page.evaluate(([name, given]) => window.observeHere(name, given), [device, order] as const);
    return { version: browser.version(), wasm: await look('wasm'), webgpu: await look('webgpu') };
  } finally {
    await browser.close();
    await server.close();
  }
}
