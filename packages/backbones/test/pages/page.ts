/** What the test asks of the page. */
import { BackboneError, fetchBackbone, type FetchBackboneOptions } from '../../src/index.ts';
import { small } from '../../src/small.ts';
import { browserCache, readBackbone } from '../../src/web/index.ts';

/** What happened, in words that cross to the test. */
interface Outcome {
  readonly sizeBytes?: number;
  readonly error?: string;
  readonly code?: string;
  readonly warnings: readonly string[];
  /** The last progress. */
  readonly progress?: readonly (number | undefined)[] | undefined;
}

interface Wishes {
  readonly cached?: boolean;
  readonly abort?: boolean;
}

async function outcomeOf(
  load: (options: FetchBackboneOptions) => Promise<Uint8Array>,
  { cached = false, abort = false }: Wishes,
): Promise<Outcome> {
  const warnings: string[] = [];
  let progress: (number | undefined)[] | undefined;
  const stop = new AbortController();
  const options: FetchBackboneOptions = {
    signal: stop.signal,
    cache: cached ? browserCache() : undefined,
    onWarning: (problem) => warnings.push(problem.message),
    onProgress: ({ receivedBytes, totalBytes }) => {
      progress = [receivedBytes, totalBytes];
      if (abort) stop.abort(new Error('enough'));
    },
  };
  try {
    const { byteLength: sizeBytes } = await load(options);
    return { sizeBytes, warnings, progress };
  } catch (error) {
    const code = error instanceof BackboneError ? { code: error.code } : {};
    return { error: String(error), ...code, warnings };
  }
}

const tests = {
  ours: (wishes: Wishes): Promise<Outcome> => outcomeOf((options) => readBackbone(small, options), wishes),
  published: (url: string, sha256: string, wishes: Wishes): Promise<Outcome> =>
    outcomeOf((options) => fetchBackbone({ url, sha256 }, options), wishes),
  async kept(): Promise<number> {
    return (await (await caches.open('oddpixel-backbones')).keys()).length;
  },
  /** Every kept file is cut short. */
  async damage(): Promise<void> {
    const cache = await caches.open('oddpixel-backbones');
    for (const request of await cache.keys()) await cache.put(request, new Response('short'));
  },
  async readme(): Promise<number> {
    const signal = AbortSignal.timeout(60_000);
    const shown: number[] = [];
    const showProgress = (share: number): number => shown.push(share);
    // #region example
    const backbone = await readBackbone(small, {
      signal,
      cache: browserCache(),
      onProgress: ({ receivedBytes, totalBytes = Infinity }) => showProgress(receivedBytes / totalBytes),
    });
    // #endregion
    return shown.at(-1) === 1 ? backbone.byteLength : 0;
  },
};

declare global {
  interface Window {
    backboneTests: typeof tests;
  }
}
window.backboneTests = tests;
