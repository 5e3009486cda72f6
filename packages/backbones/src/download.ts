/** One HTTP download into memory: bounded, with progress, and with nothing left open if it fails. */
import {
  BackboneHttpError,
  BackboneIncompleteError,
  BackboneTooLargeError,
  BackboneUnavailableError,
} from './errors.ts';
import type { FetchProgress } from './backbone.ts';
import type { Pin } from './pin.ts';

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
  readonly maxBytes: number;
  readonly fetch: typeof globalThis.fetch;
  /** What to do if the network fails. */
  readonly retryFix: string;
}

export interface Downloaded {
  readonly bytes: Uint8Array;
  /** As the server states it; of the compressed file if the server compresses. */
  readonly declaredBytes: number | undefined;
  readonly contentType: string | undefined;
}

/** A compressed answer may be a little longer than the file, and a page does not always see that it is compressed. */
const compressionSlack = 1.01;

export async function download(pin: Pin, options: DownloadOptions): Promise<Downloaded> {
  const { signal, maxBytes, retryFix } = options;
  const { url } = pin;
  const response = await answerTo(url, options);
  const declaredBytes = lengthOf(response);
  const limit = pin.sizeBytes ?? maxBytes;
  const tooLarge = (received: string): BackboneTooLargeError =>
    new BackboneTooLargeError({
      url,
      expected: pin.sizeBytes === undefined ? `at most ${limit} bytes` : `${limit} bytes`,
      received,
      fix:
        pin.sizeBytes === undefined
          ? 'Check the address, or raise maxBytes if the file is really that large.'
          : 'Compare the address and the size with what the publisher states.',
    });
  if (declaredBytes !== undefined && declaredBytes > limit * compressionSlack) {
    await response.body?.cancel();
    throw tooLarge(`an answer of ${declaredBytes} bytes`);
  }
  const chunks: Uint8Array[] = [];
  let receivedBytes = 0;
  const reader = response.body?.getReader();
  const next = async (): Promise<Uint8Array | undefined> => {
    try {
      return (await reader?.read())?.value;
    } catch (cause) {
      signal?.throwIfAborted();
      const total = pin.sizeBytes ?? declaredBytes;
      throw new BackboneIncompleteError(
        {
          url,
          expected: total === undefined ? 'the whole file' : `${total} bytes`,
          received: `${receivedBytes} before the connection broke (${reasonOf(cause)})`,
          fix: retryFix,
        },
        { cause },
      );
    }
  };
  try {
    for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
      signal?.throwIfAborted();
      receivedBytes += chunk.byteLength;
      if (receivedBytes > limit) throw tooLarge('more');
      chunks.push(chunk);
      const total = pin.sizeBytes ?? declaredBytes ?? 0;
      options.onProgress?.({ receivedBytes, totalBytes: total >= receivedBytes ? total : undefined });
    }
  } catch (error) {
    // Closes the connection; what already failed needs no second failure.
    await reader?.cancel().catch(() => undefined);
    throw error;
  }
  const contentType = response.headers.get('content-type') ?? undefined;
  return { bytes: joined(chunks, receivedBytes), declaredBytes, contentType };
}

async function answerTo(url: string, { signal, fetch, retryFix }: DownloadOptions): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, signal === undefined ? {} : { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    const received = `no answer (${reasonOf(cause)})`;
    throw new BackboneUnavailableError({ url, expected: 'the file', received, fix: retryFix }, { cause });
  }
  if (response.ok) return response;
  const { status, statusText } = response;
  await response.body?.cancel();
  throw new BackboneHttpError(
    {
      url,
      expected: 'the file',
      received: `status ${status}${statusText === '' ? '' : ` (${statusText})`}`,
      fix: status === 404 || status === 410 ? `Check the address. ${retryFix}` : retryFix,
    },
    status,
  );
}

function lengthOf({ headers }: Response): number | undefined {
  const encoding = headers.get('content-encoding');
  const length = headers.get('content-length');
  return length === null || (encoding !== null && encoding !== 'identity') ? undefined : Number(length);
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** The innermost cause is the most specific: `fetch failed` alone explains nothing. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // One per address of the host.
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message || error.name;
}
