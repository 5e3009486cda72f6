/** Browsers: our own models as assets of the page, and a cache for published ones. */
export { browserCache } from './browser-cache.ts';
export { readInitialModel } from './read-initial-model.ts';
