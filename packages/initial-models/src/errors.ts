/** What may go wrong while an extractor is loaded: one class per mistake. */
import { OddpixelError, type ErrorDetails } from '@oddpixel/contract';

export interface ExtractorErrorDetails extends ErrorDetails {
  /** The address as it was asked for. */
  readonly url: string;
  readonly expected: string;
  readonly received: string;
  /** What to do about it. */
  readonly fix: string;
}

/** Base of all of them: the message names the address, what was expected, what came, and what to do. */
export abstract class ExtractorError extends OddpixelError<ExtractorErrorDetails> {
  constructor(
    details: ExtractorErrorDetails,
    options?: { cause?: unknown },
    problem: string = 'Cannot load',
  ) {
    const { url, expected, received } = details;
    super(`${problem} ${url}: expected ${expected}, received ${received}.`, details, options);
  }
}

/** The address, the SHA-256 or a size is not one. Nothing was asked for yet. */
export class ExtractorPinError extends ExtractorError {
  readonly code = 'EXTRACTOR_PIN';
}

/** No answer at all: no network, no such host, a refused connection, or a file that is not there. */
export class ExtractorUnavailableError extends ExtractorError {
  readonly code = 'EXTRACTOR_UNAVAILABLE';
}

/** The server answered, but not with the file. */
export class ExtractorHttpError extends ExtractorError {
  readonly code = 'EXTRACTOR_HTTP';
  readonly status: number;
  constructor(details: ExtractorErrorDetails, status: number) {
    super(details);
    this.status = status;
  }
}

/** The connection broke before the whole file had come. */
export class ExtractorIncompleteError extends ExtractorError {
  readonly code = 'EXTRACTOR_INCOMPLETE';
}

/** More bytes than the stated size, or than the limit where none is stated. */
export class ExtractorTooLargeError extends ExtractorError {
  readonly code = 'EXTRACTOR_TOO_LARGE';
}

/** A whole file, but not the expected one. It is dropped. */
export class ExtractorHashError extends ExtractorError {
  readonly code = 'EXTRACTOR_HASH';
}

/** Nothing here computes SHA-256: the page was loaded neither by https nor from localhost. */
export class ExtractorUncheckableError extends ExtractorError {
  readonly code = 'EXTRACTOR_UNCHECKABLE';
}

/** The cache cannot be used, or holds a damaged file. Told as a warning: the file is fetched all the same. */
export class ExtractorCacheError extends ExtractorError {
  readonly code = 'EXTRACTOR_CACHE';
  constructor(details: ExtractorErrorDetails, options?: { cause?: unknown }) {
    super(details, options, 'Cannot use the cache for');
  }
}
