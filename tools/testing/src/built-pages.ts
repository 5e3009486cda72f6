/** Pages as an application's bundler makes them from our sources, and a plain server of files that browsers may cache. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build, defaultClientConditions } from 'vite';
import { isolation, type PageServer } from './browser.ts';

/** Contents by path, such as `/assets/page.js`. A page is at `/NAME`. */
export type Files = Map<string, Uint8Array>;

/** @param scripts the TypeScript of each page, by the page's name. */
export async function buildPages(scripts: Readonly<Record<string, URL>>): Promise<Files> {
  const input = Object.fromEntries(Object.entries(scripts).map(([name, url]) => [name, fileURLToPath(url)]));
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@oddpixel/source', ...defaultClientConditions] },
    worker: { format: 'es' },
    build: { write: false, target: 'es2022', rollupOptions: { input }, modulePreload: false },
  });
  const [bundle] = Array.isArray(result) ? result : [result];
  if (bundle === undefined || !('output' in bundle)) throw new Error('the bundler wrote nothing');
  const files: Files = new Map();
  for (const file of bundle.output) {
    const content = file.type === 'chunk' ? file.code : file.source;
    files.set(`/${file.fileName}`, typeof content === 'string' ? Buffer.from(content) : content);
    if (file.type === 'chunk' && file.isEntry && file.name in scripts) {
      const page = `<!doctype html><meta charset="utf-8"><title>${file.name}</title><link rel="icon" href="data:,"><script type="module" src="/${file.fileName}"></script>`;
      files.set(`/${file.name}`, Buffer.from(page));
    }
  }
  return files;
}

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  mjs: 'text/javascript',
  wasm: 'application/wasm',
  onnx: 'application/octet-stream',
};

/** Serves files on `localhost`; all but pages may be kept forever, as by hosts of files whose names carry a hash. */
export async function serveFiles(
  files: Files,
  { isolated = true }: { readonly isolated?: boolean } = {},
): Promise<PageServer> {
  const headers = isolated ? isolation : {};
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const content = files.get(pathname);
    const type = types[/\.(\w+)$/.exec(pathname)?.[1] ?? ''];
    response.writeHead(content === undefined ? 404 : 200, {
      ...headers,
      'Content-Type': type ?? 'text/html',
      'Content-Length': content?.byteLength ?? 0,
      'Cache-Control': type === undefined ? 'no-cache' : 'public, max-age=31536000, immutable',
    });
    response.end(content);
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
