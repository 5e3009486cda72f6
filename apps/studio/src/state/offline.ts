/** The page works without a network once it has been open: a service worker keeps it, and the engine that it loaded. */

const cacheName = 'oddpixel-studio';

/** Not while developing: a kept page would hide every change. */
export async function registerOffline(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // Without it the page works too, but not without a network.
  await navigator.serviceWorker.register('./sw.js').catch(() => undefined);
}

/** Keeps files that were loaded before the service worker was there to see them. */
export async function rememberLoaded(urls: readonly string[]): Promise<void> {
  if (!import.meta.env.PROD || !('caches' in globalThis)) return;
  const own = urls.filter((url) => new URL(url).origin === location.origin);
  try {
    const cache = await caches.open(cacheName);
    for (const url of own) if (!(await cache.match(url))) await cache.add(url);
  } catch {
    // No room, or no network any more: the next visit loads them again.
  }
}
