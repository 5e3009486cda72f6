import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  BackboneHashError,
  BackboneHttpError,
  BackboneIncompleteError,
  BackbonePinError,
  BackboneTooLargeError,
  BackboneUnavailableError,
  BackboneUncheckableError,
  fetchBackbone,
  type BackboneError,
  type FetchProgress,
} from './index.ts';
import { isSample, sample, sampleSha256 } from '../test/sample-file.ts';
import { serve, type TestServer } from '../test/serve.ts';

const open: TestServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** The address of a server that answers so. */
async function answering(answer: (response: ServerResponse, path: string) => void): Promise<string> {
  const server = await serve((request, response) => answer(response, request.url ?? ''));
  open.push(server);
  return `${server.url}/backbone.onnx`;
}

const whole = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-length': sample.length }).end(sample);
};

const errorOf = async (loading: Promise<unknown>): Promise<BackboneError> =>
  (await loading.then(
    () => new Error('nothing went wrong'),
    (error: unknown) => error,
  )) as BackboneError;

describe('a backbone at an address', () => {
  test('is downloaded completely; progress ends at its full size', async () => {
    const url = await answering(whole);
    const seen: FetchProgress[] = [];
    const bytes = await fetchBackbone(
      { url, sha256: sampleSha256.toUpperCase() },
      { onProgress: (progress) => seen.push(progress) },
    );
    expect(isSample(bytes)).toBe(true);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.map(({ receivedBytes }) => receivedBytes)).toEqual(
      seen.map(({ receivedBytes }) => receivedBytes).sort((a, b) => a - b),
    );
    expect(seen.at(-1)).toEqual({ receivedBytes: sample.length, totalBytes: sample.length });
  });

  test('of unknown size reports progress without a total', async () => {
    const url = await answering((response) => void response.writeHead(200).end(sample));
    const totals = new Set<number | undefined>();
    await fetchBackbone(
      { url, sha256: sampleSha256 },
      { onProgress: (progress) => totals.add(progress.totalBytes) },
    );
    expect([...totals]).toEqual([undefined]);
  });

  test('is found through redirects', async () => {
    const url = await answering((response, path) => {
      if (path === '/elsewhere.onnx') whole(response);
      else response.writeHead(302, { location: '/elsewhere.onnx' }).end();
    });
    expect(isSample(await fetchBackbone({ url, sha256: sampleSha256 }))).toBe(true);
  });
});

describe('errors of fetchBackbone', () => {
  test('a file with another SHA-256 throws BackboneHashError', async () => {
    const url = await answering((response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Please log in');
    });
    const error = await errorOf(fetchBackbone({ url, sha256: sampleSha256, sizeBytes: sample.length }));
    expect(error).toBeInstanceOf(BackboneHashError);
    expect(error.details).toMatchObject({ url, expected: `SHA-256 ${sampleSha256} (700001 bytes)` });
    expect(error.message).toMatch(/received [0-9a-f]{64} \(16 bytes of text\/html\)\. .*compare/);
  });

  test('a missing file throws BackboneHttpError', async () => {
    const url = await answering((response) => void response.writeHead(404).end('no'));
    const error = await errorOf(fetchBackbone({ url, sha256: sampleSha256 }));
    expect(error).toBeInstanceOf(BackboneHttpError);
    expect(error).toMatchObject({ code: 'BACKBONE_HTTP', status: 404 });
    expect(error.message).toContain(
      `Cannot load ${url}: expected the file, received status 404 (Not Found).`,
    );
    expect(error.message).toContain('Check the address.');
  });

  test('a connection that breaks half-way throws BackboneIncompleteError', async () => {
    const url = await answering((response) => {
      response.writeHead(200, { 'content-length': sample.length });
      response.write(sample.subarray(0, 1000), () => response.destroy());
    });
    const error = await errorOf(fetchBackbone({ url, sha256: sampleSha256 }));
    expect(error).toBeInstanceOf(BackboneIncompleteError);
    expect(error.message).toMatch(/expected 700001 bytes, received (1000|0) before the connection broke/);
  });

  test('fewer bytes than the server stated throw BackboneIncompleteError, even if `fetch` accepts them', async () => {
    const headers = { 'content-length': String(sample.length) };
    const fetch = async (): Promise<Response> => new Response(sample.slice(0, 1000), { headers });
    const error = await errorOf(
      fetchBackbone({ url: 'https://example.com/x.onnx', sha256: sampleSha256 }, { fetch }),
    );
    expect(error).toBeInstanceOf(BackboneIncompleteError);
    expect(error.message).toContain('expected 700001 bytes, received 1000.');
  });

  test('more bytes than stated close the connection, whether the server announces them or not', async () => {
    const closed: Promise<void>[] = [];
    for (const headers of [{ 'content-length': 2 ** 40 }, {}]) {
      const url = await answering((response) => {
        response.writeHead(200, headers);
        closed.push(new Promise((resolve) => response.on('close', resolve)));
        const more = (): void => {
          if (!response.destroyed) response.write(sample, more);
        };
        more();
      });
      const pinned = await errorOf(fetchBackbone({ url, sha256: sampleSha256, sizeBytes: 1000 }));
      expect(pinned).toBeInstanceOf(BackboneTooLargeError);
      expect(pinned.message).toMatch(/expected 1000 bytes, received (more|an answer of 1099511627776 bytes)/);
      const capped = await errorOf(fetchBackbone({ url, sha256: sampleSha256 }, { maxBytes: 5000 }));
      expect(capped).toBeInstanceOf(BackboneTooLargeError);
      expect(capped.message).toMatch(/expected at most 5000 bytes.*raise maxBytes/);
    }
    expect(closed).toHaveLength(4);
    await Promise.all(closed);
  });

  test('a missing network throws BackboneUnavailableError', async () => {
    const url = await answering(whole);
    await open.pop()?.close();
    const error = await errorOf(fetchBackbone({ url, sha256: sampleSha256 }));
    expect(error).toBeInstanceOf(BackboneUnavailableError);
    expect(error.message).toMatch(/backbone\.onnx: expected the file, received no answer \(.*ECONNREFUSED/);
  });

  test('a page that cannot compute SHA-256 throws before any request', async () => {
    const url = await answering(whole);
    vi.stubGlobal('crypto', {});
    const error = await errorOf(fetchBackbone({ url, sha256: sampleSha256 }));
    vi.unstubAllGlobals();
    expect(error).toBeInstanceOf(BackboneUncheckableError);
    expect(error.message).toContain('Serve the page by https or from localhost.');
    expect(open[0]?.asked).toEqual([]);
  });

  test('an invalid pin throws before any request', async () => {
    const url = 'https://example.com/x.onnx';
    const asked: unknown[] = [];
    const fetch = (async (address: unknown) => asked.push(address)) as unknown as typeof globalThis.fetch;
    const wrong = [
      { url, sha256: 'abc' },
      { url, sha256: sampleSha256, sizeBytes: 1.5 },
      { url: 'x.onnx', sha256: sampleSha256 },
      { url: 'https://me:secret@example.com/x.onnx', sha256: sampleSha256 },
    ];
    for (const backbone of wrong) {
      const error = await errorOf(fetchBackbone(backbone, { fetch }));
      expect(error).toBeInstanceOf(BackbonePinError);
      expect(error.message).not.toContain('secret');
    }
    expect(asked).toEqual([]);
  });
});

describe('an abort', () => {
  test('before the start sends no request', async () => {
    const url = await answering(whole);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(fetchBackbone({ url, sha256: sampleSha256 }, { signal })).rejects.toThrow('enough');
    expect(open[0]?.asked).toEqual([]);
  });

  test('half-way throws its reason and closes the connection', async () => {
    let closed: Promise<void> | undefined;
    const url = await answering((response) => {
      closed = new Promise((resolve) => response.on('close', resolve));
      response.writeHead(200, { 'content-length': sample.length }).write(sample.subarray(0, 1000));
    });
    const stop = new AbortController();
    const loading = fetchBackbone(
      { url, sha256: sampleSha256 },
      { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) },
    );
    await expect(loading).rejects.toThrow('enough');
    await closed;
  });

  test('while the server is silent ends the wait', async () => {
    const stop = new AbortController();
    const url = await answering(() => stop.abort(new Error('enough')));
    const loading = fetchBackbone({ url, sha256: sampleSha256 }, { signal: stop.signal });
    await expect(loading).rejects.toThrow('enough');
  });
});
