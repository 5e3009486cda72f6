/** Loads a published backbone: from the cache if it is there, else from its address; checked in both cases. */
import { hashBytes } from '@oddpixel/contract';
import { canHash } from '@oddpixel/contract/unstable';
import { download, type Downloaded } from './download.ts';
import {
  BackboneCacheError,
  BackboneHashError,
  BackboneIncompleteError,
  BackboneUncheckableError,
} from './errors.ts';
import type { BackboneCache, FetchProgress, PublishedBackbone } from './backbone.ts';
import { checkPin, type Pin } from './pin.ts';

export interface FetchBackboneOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called as bytes arrive; not at all if the cache had the file. */
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
  /** Where files are kept. Default: nowhere. `diskCache()` of `./node`, `browserCache()` of `./web`, or a store of yours. */
  readonly cache?: BackboneCache | undefined;
  /** Trouble with the cache, a damaged file included. The backbone is fetched anyway. */
  readonly onWarning?: ((problem: BackboneCacheError) => void) | undefined;
  /** Maximum number of bytes if `sizeBytes` is not stated. Default 512 MiB. */
  readonly maxBytes?: number | undefined;
  /** For other headers, a proxy or a test. Default: the host's own. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

const defaultMaxBytes = 2 ** 29;

/**
 * The backbone's ONNX bytes. Redirects are followed. After an abort or an error the cache holds what it held before.
 *
 * @throws BackboneError, of the class that names the mistake; the signal's reason
 */
export async function fetchBackbone(
  backbone: PublishedBackbone,
  options: FetchBackboneOptions = {},
): Promise<Uint8Array> {
  const pin = checkPin(backbone);
  const path = options.cache?.pathOf?.(pin.sha256);
  const elsewhere =
    path === undefined
      ? 'In a page, the server must allow other sites to load it (CORS).'
      : `Or download the file elsewhere and put it at ${path}`;
  return loadPinned(pin, options, {
    retry: `Check the network and try again. ${elsewhere}`,
    mismatch:
      'It was replaced, or changed in transit: compare address and SHA-256 with what the publisher states.',
  });
}

/** What to do about a failure, in words for the person who can do it. */
export interface Advice {
  readonly retry: string;
  readonly mismatch: string;
}

export async function loadPinned(
  pin: Pin,
  options: FetchBackboneOptions,
  advice: Advice,
): Promise<Uint8Array> {
  const { signal, onProgress, maxBytes = defaultMaxBytes, fetch = globalThis.fetch } = options;
  signal?.throwIfAborted();
  if (!canHash()) {
    throw new BackboneUncheckableError({
      url: pin.url,
      expected: 'a page where the browser can compute SHA-256',
      received: 'an insecure one',
      fix: 'Serve the page by https or from localhost.',
    });
  }
  const kept = await takeKept(pin, options);
  if (kept !== undefined) return kept;
  const retryFix = advice.retry;
  const downloaded = await download(pin, { signal, onProgress, maxBytes, fetch, retryFix });
  await checkContent(pin, downloaded, advice);
  signal?.throwIfAborted();
  await keep(pin, downloaded.bytes, options);
  return downloaded.bytes;
}

async function checkContent(pin: Pin, { bytes, ...answer }: Downloaded, advice: Advice): Promise<void> {
  const { url } = pin;
  const sha256 = await hashBytes(bytes);
  if (sha256 === pin.sha256) return;
  const { declaredBytes = 0, contentType = '' } = answer;
  if (bytes.byteLength < declaredBytes) {
    throw new BackboneIncompleteError({
      url,
      expected: `${declaredBytes} bytes`,
      received: `${bytes.byteLength}`,
      fix: advice.retry,
    });
  }
  // A portal's or an error page, sent as if it were the file, is recognized by its type.
  const kind = contentType.startsWith('text/') ? ` of ${contentType}` : '';
  throw new BackboneHashError({
    url,
    expected: `SHA-256 ${pin.sha256}${pin.sizeBytes === undefined ? '' : ` (${pin.sizeBytes} bytes)`}`,
    received: `${sha256} (${bytes.byteLength} bytes${kind})`,
    fix: advice.mismatch,
  });
}

async function takeKept(pin: Pin, options: FetchBackboneOptions): Promise<Uint8Array | undefined> {
  const { cache, signal } = options;
  let bytes: Uint8Array | undefined;
  try {
    bytes = await cache?.get(pin.sha256);
  } catch (cause) {
    signal?.throwIfAborted();
    warn(pin, options, 'a readable cache', cause);
  }
  const found = bytes && (await hashBytes(bytes));
  signal?.throwIfAborted();
  if (bytes === undefined || found === pin.sha256) return bytes;
  warn(pin, options, 'an undamaged file', `${bytes.byteLength} bytes with SHA-256 ${found}`);
  return undefined;
}

async function keep(pin: Pin, bytes: Uint8Array, options: FetchBackboneOptions): Promise<void> {
  const { cache, signal } = options;
  try {
    await cache?.put(pin.sha256, bytes, signal === undefined ? {} : { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    warn(pin, options, 'a writable cache', cause);
  }
}

function warn({ url, sha256 }: Pin, options: FetchBackboneOptions, wanted: string, cause: unknown): void {
  const path = options.cache?.pathOf?.(sha256);
  const expected = path === undefined ? wanted : `${wanted} at ${path}`;
  const received = cause instanceof Error ? cause.message : String(cause);
  const fix = 'The file is downloaded from its address instead.';
  options.onWarning?.(new BackboneCacheError({ url, expected, received, fix }, { cause }));
}
