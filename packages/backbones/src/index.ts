/** Backbones: what one is, and loading those that are published. Our own have a subpath each. */
export {
  BackboneCacheError,
  BackboneError,
  BackboneHashError,
  BackboneHttpError,
  BackboneIncompleteError,
  BackbonePinError,
  BackboneTooLargeError,
  BackboneUnavailableError,
  BackboneUncheckableError,
  type BackboneErrorDetails,
} from './errors.ts';
export type { BackboneCache, FetchProgress, BundledBackbone, PublishedBackbone } from './backbone.ts';
export { fetchBackbone, type FetchBackboneOptions } from './fetch-backbone.ts';
export { parsePinnedUrl } from './pin.ts';
