/** A page of our sources, not of an earlier build: the working tree is what is compared. */
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { servePages, type PageServer } from '@oddpixel/testing/browser';

export interface ServedPage extends PageServer {
  /** The page that loads the script. */
  readonly html: string;
}

export async function servePage(script: URL): Promise<ServedPage> {
  const path = fileURLToPath(script);
  return {
    ...(await servePages(dirname(path), { sources: true })),
    html: `<!doctype html><meta charset="utf-8"><title>Parity</title><link rel="icon" href="data:,"><script type="module" src="/${basename(path)}"></script>`,
  };
}
