/** The built page as a server would send it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { preview } from 'vite';

const studioRoot: string = fileURLToPath(new URL('..', import.meta.url));
export const built: string = fileURLToPath(new URL('../dist/', import.meta.url));

export interface StudioServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Without isolation no headers are sent, as by any plain host of files. */
export async function serveStudio({ isolated = true }: { isolated?: boolean } = {}): Promise<StudioServer> {
  if (!existsSync(`${built}index.html`)) throw new Error('Studio is not built: run `pnpm build` first.');
  const ownHeaders = isolated ? {} : { configFile: false as const };
  const server = await preview({
    root: studioRoot,
    logLevel: 'error',
    ...ownHeaders,
    preview: { port: 0, host: 'localhost' },
  });
  const [url] = server.resolvedUrls?.local ?? [];
  if (url === undefined) throw new Error('the server of Studio has no address');
  return { url, close: () => server.close() };
}
