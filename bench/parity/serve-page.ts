/** A page of our sources, not of what was built some time ago: what is compared is what lies in the working tree. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, defaultClientConditions } from 'vite';
import { repositoryRoot } from '@oddpixel/testing';

/** What a page needs for threads. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

export interface ServedPage {
  /** `http://localhost:PORT`, a secure context. */
  readonly url: string;
  /** The page that loads the script. */
  readonly html: string;
  close(): Promise<void>;
}

export async function servePage(script: URL): Promise<ServedPage> {
  const path = fileURLToPath(script);
  const cacheDir = await mkdtemp(join(tmpdir(), 'oddpixel-parity-'));
  const server = await createServer({
    root: dirname(path),
    configFile: false,
    logLevel: 'error',
    cacheDir,
    resolve: { conditions: ['@oddpixel/source', ...defaultClientConditions] },
    optimizeDeps: { noDiscovery: true },
    server: {
      port: 0,
      host: 'localhost',
      hmr: false,
      watch: null,
      fs: { allow: [repositoryRoot] },
      headers: isolation,
    },
  });
  await server.listen();
  const address = server.httpServer?.address() as AddressInfo | null | undefined;
  if (!address) throw new Error('the server of the page has no address');
  return {
    url: `http://localhost:${address.port}`,
    html: `<!doctype html><meta charset="utf-8"><title>Parity</title><link rel="icon" href="data:,"><script type="module" src="/${basename(path)}"></script>`,
    async close() {
      await server.close();
      await rm(cacheDir, { recursive: true, force: true });
    },
  };
}
