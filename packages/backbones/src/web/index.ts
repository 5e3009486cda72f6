/** Browsers: our own models as assets of the page, and a cache for published ones. */
export { browserCache } from './browser-cache.ts';
export { readBackbone } from './read-backbone.ts';
