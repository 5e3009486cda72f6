/** Backbones in the browser's Cache API, which keeps them from visit to visit, apart for each site. */
import type { BackboneCache } from '../backbone.ts';

const cacheName = 'oddpixel-backbones';
/** Entries need the address of a request; nothing is ever requested from this one. */
const address = (sha256: string): string => `https://oddpixel.invalid/backbones/${sha256}.onnx`;

/** `undefined` if the browser offers none: on pages that came neither by https nor from localhost. */
export function browserCache(): BackboneCache | undefined {
  const storage = (globalThis as { readonly caches?: CacheStorage }).caches;
  if (storage === undefined) return undefined;
  return {
    async get(sha256): Promise<Uint8Array | undefined> {
      const kept = await (await storage.open(cacheName)).match(address(sha256));
      return kept === undefined ? undefined : new Uint8Array(await kept.arrayBuffer());
    },
    async put(sha256, bytes): Promise<void> {
      const body = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' });
      await (await storage.open(cacheName)).put(address(sha256), new Response(body));
    },
  };
}
