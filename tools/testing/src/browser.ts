/** Test support: pages in a real Chromium, with WebGPU in software if there is no GPU. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { createServer, defaultClientConditions } from 'vite';
import { repositoryRoot } from './index.ts';

const places = [
  process.env['ODDPIXEL_CHROMIUM'],
  process.env['CHROME_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Chromium or Chrome of this machine, or the one that Playwright installed; `undefined` if there is none. */
export function findChromium(): string | undefined {
  return [...places, chromium.executablePath()].find((path) => path !== undefined && existsSync(path));
}

/** What was found when the tests began. */
export const chromiumPath: string | undefined = findChromium();

/** Title suffix for a test that is skipped because there is no browser. */
export function browserTitle(title: string): string {
  return chromiumPath === undefined ? `${title} [skipped: no Chromium; set CHROME_PATH]` : title;
}

/** WebGPU by SwiftShader, which computes on the CPU: slow, but the same everywhere. */
const softwareGpu = [
  '--enable-unsafe-webgpu',
  '--enable-unsafe-swiftshader',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--ignore-gpu-blocklist',
];

export interface LaunchOptions {
  /** Default true. */
  readonly webgpu?: boolean;
  readonly args?: readonly string[];
}

export function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch(launchOptions(options));
}

/** A browser with a profile on disk, empty at first: unlike others it keeps what it fetched and compiled. */
export async function launchProfile(options: LaunchOptions = {}): Promise<BrowserContext> {
  const folder = await mkdtemp(join(tmpdir(), 'oddpixel-profile-'));
  const context = await chromium.launchPersistentContext(folder, launchOptions(options));
  context.on('close', () => void rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return context;
}

function launchOptions({ webgpu = true, args = [] }: LaunchOptions): {
  executablePath: string;
  args: string[];
} {
  return {
    executablePath: chromiumPath ?? '',
    args: ['--no-sandbox', '--disable-background-networking', ...(webgpu ? softwareGpu : []), ...args],
  };
}

export interface PageServer {
  /** `http://localhost:PORT`, a secure context. */
  readonly url: string;
  close(): Promise<void>;
}

/** What a page needs for threads. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

export interface ServeOptions {
  /** Cross-origin isolated pages, which threads need. Default true. */
  readonly isolated?: boolean;
  /** Packages of the workspace come from their sources instead of as they were built. Default false. */
  readonly sources?: boolean;
}

/** Serves a folder of pages and TypeScript through Vite. */
export async function servePages(
  folder: string,
  { isolated = true, sources = false }: ServeOptions = {},
): Promise<PageServer> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'oddpixel-pages-'));
  const server = await createServer({
    root: folder,
    configFile: false,
    logLevel: 'error',
    cacheDir,
    resolve: sources ? { conditions: ['@oddpixel/source', ...defaultClientConditions] } : {},
    optimizeDeps: { noDiscovery: true },
    server: {
      port: 0,
      host: 'localhost',
      hmr: false,
      watch: null,
      fs: { allow: [repositoryRoot] },
      headers: isolated ? isolation : {},
    },
  });
  await server.listen();
  const address = server.httpServer?.address() as AddressInfo | null | undefined;
  if (!address) throw new Error('the server of pages has no address');
  return {
    url: `http://localhost:${address.port}`,
    async close() {
      await server.close();
      await rm(cacheDir, { recursive: true, force: true });
    },
  };
}
