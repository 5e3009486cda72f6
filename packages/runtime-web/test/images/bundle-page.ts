/** A page for tests, bundled from the sources as an application would do it. No server: Playwright answers for it. */
import type { BrowserContext } from 'playwright-core';
import { build } from 'vite';

export interface BundledPage {
  /** The JavaScript files; the entry is loaded at once, the others when they are asked for. */
  readonly chunks: readonly { readonly name: string; readonly isEntry: boolean }[];
  /** A file that the page can fetch, at `/NAME`. */
  add(name: string, content: Uint8Array): void;
  /** Answers all requests of a browser's pages, whatever their site. */
  answer(context: BrowserContext): Promise<void>;
}

/** @param script the page's TypeScript */
export async function bundlePage(script: URL): Promise<BundledPage> {
  // `/C:/…` on Windows.
  const path = decodeURIComponent(script.pathname).replace(/^\/(?=[A-Za-z]:)/, '');
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@oddpixel/source', 'module', 'browser', 'import'] },
    worker: { format: 'es' },
    build: { write: false, target: 'es2022', rollupOptions: { input: path }, modulePreload: false },
  });
  const [bundle] = Array.isArray(result) ? result : [result];
  if (bundle === undefined || !('output' in bundle)) throw new Error('the bundler wrote nothing');
  const files = new Map<string, string | Uint8Array>(
    bundle.output.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]),
  );
  const chunks = bundle.output.flatMap((file) =>
    file.type === 'chunk' ? [{ name: file.fileName, isEntry: file.isEntry }] : [],
  );
  const entry = chunks.find(({ isEntry }) => isEntry);
  files.set(
    '/',
    `<!doctype html><meta charset="utf-8"><title>Test</title><link rel="icon" href="data:,"><script type="module" src="/${entry?.name}"></script>`,
  );
  return {
    chunks,
    add: (name, content) => void files.set(`/${name}`, content),
    async answer(context) {
      await context.route('**/*', async (route) => {
        const name = new URL(route.request().url()).pathname;
        const content = files.get(name);
        await route.fulfill({
          status: content === undefined ? 404 : 200,
          contentType: name.endsWith('.js') ? 'text/javascript' : 'text/html',
          body: typeof content === 'string' ? content : Buffer.from(content ?? []),
        });
      });
    },
  };
}
