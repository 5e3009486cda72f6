/**
 * Starts the worker under the page's content security policy. A worker has the policy of its own response; on the first
 * visit to a host that sends no headers there is none. One that is made of a blob has the policy of the page instead.
 * From the second visit on the service worker adds the header, and the file itself is taken: what the worker loads then
 * passes through the service worker in every browser.
 */
// eslint-disable-next-line import/default -- Vite gives the address of the built file.
import workerFile from '../worker/main.ts?worker&url';

export function startWorker(): Worker {
  const options = { type: 'module', name: 'oddpixel' } as const;
  const file = new URL(workerFile, document.baseURI).href;
  // Null if there is no controller yet, undefined if the browser has none at all.
  if (navigator.serviceWorker?.controller) return new Worker(file, options);
  const source = new Blob([`import ${JSON.stringify(file)};`], { type: 'text/javascript' });
  return new Worker(URL.createObjectURL(source), options);
}
