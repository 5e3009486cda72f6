/** What can be loaded: a published backbone, or one that is part of this package. */

/** A backbone at an address, and which bytes are expected there. */
export interface PublishedBackbone {
  /** Where the ONNX file is. In a browser it may be relative to the page. */
  readonly url: string | URL;
  /** SHA-256 of the file's bytes, 64 hex digits. Other bytes are never used. */
  readonly sha256: string;
  /** If it is known; a longer answer ends the download immediately. */
  readonly sizeBytes?: number;
}

/**
 * A pretrained backbone, as a file that is part of this package. Each one has its own subpath, so a bundle
 * carries only what it uses.
 */
export interface BundledBackbone extends PublishedBackbone {
  readonly id: string;
  /** The ONNX file. In Node a `file:` URL; a bundler turns it into an asset. */
  readonly url: URL;
  readonly sizeBytes: number;
  /** Its spatial outputs, finest first. Input: `image`, float32 `[N, 3, H, W]`, RGB, 0..255, H and W multiples of 32. */
  readonly outputs: readonly string[];
}

/** Keeps backbones under their SHA-256. A `Store` of `@oddpixel/contract` is one as well. */
export interface BackboneCache {
  /** `undefined` if nothing is kept. Damaged bytes may be returned: the caller checks. */
  get(sha256: string): Promise<Uint8Array | undefined>;
  /** Atomic: a reader sees the whole file or none, also with two writers or after a crash. */
  put(sha256: string, bytes: Uint8Array, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Where a person may put the file by hand; absent if nobody can. */
  pathOf?(sha256: string): string;
}

export interface FetchProgress {
  readonly receivedBytes: number;
  /** `undefined` if neither the caller nor the server states it. */
  readonly totalBytes: number | undefined;
}
