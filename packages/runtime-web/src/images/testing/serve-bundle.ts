/** A page for tests, bundled from the sources as an application would do it, and served from this machine. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'vite';

export interface ServedPage {
  /** `http://localhost:PORT/`, a secure context. */
  readonly url: string;
  /** Names and bytes of the JavaScript files: the first one is loaded at once. */
  readonly chunks: readonly { readonly name: string; readonly bytes: number; readonly isEntry: boolean }[];
  /** A file that the page can fetch, at `/NAME`. */
  add(name: string, content: Uint8Array): void;
  close(): Promise<void>;
}

export async function serveBundle(script: string): Promise<ServedPage> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@oddpixel/source', 'module', 'browser', 'import'] },
    build: { write: false, target: 'es2022', rollupOptions: { input: script }, modulePreload: false },
  });
  const [bundle] = Array.isArray(result) ? result : [result];
  if (bundle === undefined || !('output' in bundle)) throw new Error('the bundler wrote nothing');
  const files = new Map<string, string | Uint8Array>();
  const chunks = bundle.output.flatMap((file) => {
    const content = file.type === 'chunk' ? file.code : file.source;
    files.set(`/${file.fileName}`, content);
    return file.type === 'chunk'
      ? [{ name: file.fileName, bytes: content.length, isEntry: file.isEntry }]
      : [];
  });
  const entry = chunks.find(({ isEntry }) => isEntry);
  files.set(
    '/',
    `<!doctype html><meta charset="utf-8"><title>Test</title><link rel="icon" href="data:,"><script type="module" src="/${entry?.name}"></script>`,
  );
  const server = createServer(({ url = '/' }, response) => {
    const content = files.get(url);
    const type = url.endsWith('.js')
      ? 'text/javascript'
      : url === '/'
        ? 'text/html'
        : 'application/octet-stream';
    response.writeHead(content === undefined ? 404 : 200, { 'Content-Type': type }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    chunks,
    add: (name, content) => void files.set(`/${name}`, content),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
