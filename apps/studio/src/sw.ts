/**
 * The service worker: the page works without a network. Everything but the engines, which are large and of which a
 * device needs only one, is kept when it is installed; an engine when it is loaded. It also adds the headers of
 * cross-origin isolation if a server does not send them, so that threads are available from the second visit on, and
 * the content security policy, which a worker that is started from its file has from its own response only.
 */
import { contentSecurityPolicy } from './policy.ts';

interface Lifetime {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchLike {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

/** The service worker's own scope, of which the page's types know nothing. */
const scope = globalThis as unknown as {
  addEventListener(type: 'install' | 'activate', listener: (event: Lifetime) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchLike) => void): void;
  readonly clients: { claim(): Promise<void> };
  readonly location: Location;
};

/** As in `state/offline.ts`. */
const cacheName = 'oddpixel-studio';
/** Put in by the build, names relative to this file. */
const names = '__FILES__'.split(' ');
const files = new Set(names.map((name) => new URL(name, scope.location.href).href));
const page = new URL('./', scope.location.href).href;

scope.addEventListener('install', (event) => {
  // A newer one waits until pages of the older build are closed: they may still request its files.
  event.waitUntil(keepShell());
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(dropOld().then(() => scope.clients.claim()));
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(page)) return;
  event.respondWith(request.mode === 'navigate' ? answerPage(request) : answerFile(request));
});

async function keepShell(): Promise<void> {
  const cache = await caches.open(cacheName);
  const shell = [...files].filter((url) => !url.endsWith('.wasm'));
  await cache.addAll([page, ...shell]);
}

/** Names carry their content's hash, so what this build does not name belongs to another one. */
async function dropOld(): Promise<void> {
  const cache = await caches.open(cacheName);
  for (const request of await cache.keys()) {
    if (request.url !== page && !files.has(request.url)) await cache.delete(request);
  }
}

/** The newest page if there is a network, else the kept one. */
async function answerPage(request: Request): Promise<Response> {
  try {
    return isolated(await fetch(request));
  } catch (error) {
    const kept = await (await caches.open(cacheName)).match(page);
    if (kept === undefined) throw error;
    return isolated(kept);
  }
}

async function answerFile(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request.url, { ignoreVary: true });
  if (kept !== undefined) return isolated(kept);
  const response = await fetch(request);
  // Without room nothing is kept, and the page still gets its file.
  if (response.status === 200 && files.has(request.url))
    await cache.put(request.url, response.clone()).catch(() => undefined);
  return isolated(response);
}

function isolated(response: Response): Response {
  if (response.status !== 200 || response.type === 'opaqueredirect') return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  headers.set('Content-Security-Policy', contentSecurityPolicy);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
