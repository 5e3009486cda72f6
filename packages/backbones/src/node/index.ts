/** Node: our own models as files, and a cache on disk for published ones. */
export { backboneCacheFolder, type Host } from './cache-folder.ts';
export { diskCache, type DiskCache, type DiskCacheOptions } from './disk-cache.ts';
export { readBackbone } from './read-backbone.ts';
