/**
 * A CDN without a network, for the test: what jsdelivr does with `/npm/NAME@VERSION/SUBPATH/+esm`. Each package is
 * bundled by itself, as it was built or installed, and imports its dependencies from addresses of the same form.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext } from 'playwright-core';
import { build, type Options } from 'tsup';
import { repositoryRoot } from '@oddpixel/testing';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

const origin = 'https://cdn.jsdelivr.net';
const engine = createRequire(join(repositoryRoot, 'packages/runtime-web/package.json')).resolve(
  'onnxruntime-web/wasm',
);

export interface LocalCdn {
  /** Answers every request of the pages: `site` by its own content, the CDN's, and nothing else. */
  answer(context: BrowserContext, site: string, html: string): Promise<void>;
  /** Addresses that there was no answer for. */
  readonly refused: readonly string[];
}

export function localCdn(): LocalCdn {
  const refused: string[] = [];
  /** From which folder each address is resolved: that of the package that imports it. */
  const folders = new Map<string, string>();
  const bundles = new Map<string, Promise<string>>();
  const here = fileURLToPath(new URL('.', import.meta.url));

  async function contentOf(url: string): Promise<{ body: string | Buffer; contentType: string } | undefined> {
    if (url.endsWith('/+esm')) {
      const bundle = bundles.get(url) ?? bundlePackage(url, folders.get(url) ?? here, folders);
      bundles.set(url, bundle);
      return { body: await bundle, contentType: 'text/javascript' };
    }
    const folder = `${origin}/npm/onnxruntime-web@${versionOf(engine, 'onnxruntime-web')}/dist/`;
    if (!url.startsWith(folder)) return undefined;
    const file = join(dirname(engine), basename(url));
    return {
      body: readFileSync(file),
      contentType: file.endsWith('.wasm') ? 'application/wasm' : 'text/javascript',
    };
  }

  return {
    refused,
    async answer(context, site, html) {
      await context.route('**/*', async (route) => {
        const url = route.request().url();
        if (url === site) return route.fulfill({ body: html, contentType: 'text/html' });
        try {
          const content = await contentOf(url);
          if (content === undefined) throw new Error('not a package of this repository');
          return await route.fulfill({ ...content, headers: { 'Access-Control-Allow-Origin': '*' } });
        } catch (error) {
          refused.push(`${url}: ${String(error)}`);
          return route.abort();
        }
      });
    },
  };
}

async function bundlePackage(url: string, folder: string, folders: Map<string, string>): Promise<string> {
  const [, name = '', version, subpath = ''] =
    /^https:\/\/[^/]+\/npm\/((?:@[^/]+\/)?[^/@]+)@([^/]+)(\/.*)?\/\+esm$/.exec(url) ?? [];
  const work = mkdtempSync(join(tmpdir(), 'oddpixel-cdn-'));
  const entry = join(work, 'entry.js');
  writeFileSync(entry, `export * from ${JSON.stringify(name + subpath)};`);
  const plugin: Plugin = {
    name: 'one-package',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (kind === 'entry-point' || pluginData === 'asked') return undefined;
        const isFirst = importer === entry;
        const found = await resolve(path, {
          kind,
          resolveDir: isFirst ? folder : resolveDir,
          pluginData: 'asked',
        });
        // Node's own modules, which scripts for both hosts ask for behind a condition.
        if (found.errors.length > 0) return isFirst ? { errors: found.errors } : { path, external: true };
        const owner = /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path;
        const installed = versionOf(found.path, owner);
        if (isFirst && installed !== version) {
          throw new Error(`expected version ${installed} of ${name}, the address has ${version}`);
        }
        if (owner === name) return { path: found.path, sideEffects: found.sideEffects };
        const address = `${origin}/npm/${owner}@${installed}${path.slice(owner.length)}/+esm`;
        folders.set(address, resolveDir);
        return { path: address, external: true };
      });
    },
  };
  try {
    await build({
      config: false,
      silent: true,
      entry: [entry],
      outDir: join(work, 'out'),
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      splitting: false,
      noExternal: [/.*/],
      esbuildPlugins: [plugin],
      esbuildOptions(options) {
        options.conditions = ['browser', 'import'];
        options.logLevel = 'error';
      },
    });
    return readFileSync(join(work, 'out', 'entry.js'), 'utf8');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The version in the manifest of the package that holds a file. */
function versionOf(file: string, name: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
        readonly name?: string;
        readonly version?: string;
      };
      if (manifest.name === name && manifest.version !== undefined) return manifest.version;
    } catch {
      // No manifest in this folder.
    }
  }
  throw new Error(`${file}: no package.json of ${name} above it`);
}
