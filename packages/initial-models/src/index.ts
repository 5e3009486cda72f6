/** Feature extractors: what one is, and loading those that are published. Our own have a subpath each. */
export {
  ExtractorCacheError,
  ExtractorError,
  ExtractorHashError,
  ExtractorHttpError,
  ExtractorIncompleteError,
  ExtractorPinError,
  ExtractorTooLargeError,
  ExtractorUnavailableError,
  ExtractorUncheckableError,
  type ExtractorErrorDetails,
} from './errors.ts';
export type { ExtractorCache, FetchProgress, InitialModel, PublishedExtractor } from './extractor.ts';
export { fetchExtractor, type FetchExtractorOptions } from './fetch-extractor.ts';
export { parsePinnedUrl } from './pin.ts';
