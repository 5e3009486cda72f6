/**
 * The content security policy of the page: code, engines and everything else come from the page's own origin, and
 * nothing can be sent anywhere else. So images cannot leave the machine, whatever the code does.
 *
 * A `<meta>` puts it on the page. A worker has the policy of its own response: the server's header, or the one that
 * the service worker adds from the second visit on. Before that, the worker is started so that it has the page's: see
 * `state/start-worker.ts`.
 */
const directives: Readonly<Record<string, string>> = {
  'default-src': "'self'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self' blob:",
  'connect-src': "'self'",
  'img-src': "'self' blob: data:",
  'media-src': "'self' blob:",
  // The report opens in a tab of its own, with its styles inside.
  'style-src': "'self' 'unsafe-inline'",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
};

export const contentSecurityPolicy: string = Object.entries(directives)
  .map(([name, sources]) => `${name} ${sources}`)
  .join('; ');
