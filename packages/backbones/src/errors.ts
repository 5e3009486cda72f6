/** What may go wrong while a backbone is loaded: one class per mistake. */
import { OddpixelError, type ErrorDetails } from '@oddpixel/contract';

export interface BackboneErrorDetails extends ErrorDetails {
  /** The address as requested. */
  readonly url: string;
  readonly expected: string;
  readonly received: string;
  /** What to do about it. */
  readonly fix: string;
}

/** Base of all of them: the message names the address, what was expected, what was received, and what to do. */
export abstract class BackboneError extends OddpixelError<BackboneErrorDetails> {
  constructor(details: BackboneErrorDetails, options?: { cause?: unknown }, problem: string = 'Cannot load') {
    const { url, expected, received } = details;
    super(`${problem} ${url}: expected ${expected}, received ${received}.`, details, options);
  }
}

/** The address, the SHA-256 or a size is not one. Nothing was requested yet. */
export class BackbonePinError extends BackboneError {
  readonly code = 'BACKBONE_PIN';
}

/** No answer at all: no network, no such host, a refused connection, or a file that is not there. */
export class BackboneUnavailableError extends BackboneError {
  readonly code = 'BACKBONE_UNAVAILABLE';
}

/** The server answered, but not with the file. */
export class BackboneHttpError extends BackboneError {
  readonly code = 'BACKBONE_HTTP';
  readonly status: number;
  constructor(details: BackboneErrorDetails, status: number) {
    super(details);
    this.status = status;
  }
}

/** The connection broke before the whole file had arrived. */
export class BackboneIncompleteError extends BackboneError {
  readonly code = 'BACKBONE_INCOMPLETE';
}

/** More bytes than the stated size, or than the limit if no size is stated. */
export class BackboneTooLargeError extends BackboneError {
  readonly code = 'BACKBONE_TOO_LARGE';
}

/** A whole file, but not the expected one. It is dropped. */
export class BackboneHashError extends BackboneError {
  readonly code = 'BACKBONE_HASH';
}

/** Nothing here computes SHA-256: the page was loaded neither by https nor from localhost. */
export class BackboneUncheckableError extends BackboneError {
  readonly code = 'BACKBONE_UNCHECKABLE';
}

/** The cache cannot be used, or holds a damaged file. Told as a warning: the file is fetched all the same. */
export class BackboneCacheError extends BackboneError {
  readonly code = 'BACKBONE_CACHE';
  constructor(details: BackboneErrorDetails, options?: { cause?: unknown }) {
    super(details, options, 'Cannot use the cache for');
  }
}
