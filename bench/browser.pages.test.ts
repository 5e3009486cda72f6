import { expect, test } from 'vitest';
import { browserTitle, chromiumPath } from '@oddpixel/testing/browser';
import { browserDocument } from './browser/document.ts';
import { documentOf, runBench } from './shared/run-bench.ts';

test.skipIf(chromiumPath === undefined)(
  browserTitle('pages are measured beside the bare engine, part by part, and described in words'),
  { timeout: 300_000 },
  async () => {
    const { document, stderr } = await documentOf(['browser', '--sizes', 'tiny']);
    const { throughput, overhead, memory, first } = browserDocument.parse(document);
    expect(throughput.map(({ bare }) => bare.map(({ batch }) => batch))).toEqual([[1, 4, 8]]);
    expect(throughput[0]?.rows.map(({ what }) => what)).toEqual(
      ['inspect', 'stream', 'live'].flatMap((what) => [`${what} in page`, `${what} in worker`]),
    );
    expect(throughput[0]?.node.map(({ threads }) => threads)).toContain(1);
    expect(overhead.map(({ place }) => place)).toEqual(['page', 'worker']);
    for (const { partsMs } of overhead) expect(Object.keys(partsMs)).toHaveLength(5);
    expect(memory).toMatchObject([{ device: 'wasm', place: 'worker', frames: 4, gpuBuffers: null }]);
    // The engine alone has more than 10 MB; the third visit finds it in the browser.
    expect(first.map(({ transferredMb }) => transferredMb > 10)).toEqual([true, false]);
    for (const word of ['× bare', 'frames/s', 'beside the run', 'heap', 'third visit']) {
      expect(stderr).toContain(word);
    }
  },
);

test.skipIf(chromiumPath === undefined)(browserTitle('an unknown part is refused'), async () => {
  const { code, stderr, stdout } = await runBench(['browser', '--only', 'speed']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/--only: expected throughput, overhead, memory, first, received `speed`/);
});
