import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { connect, portChannel, serve, type Client, type MessagePortLike } from './index.ts';

// #region example
/** Both ends import it: what each request takes, gives, and sends meanwhile. */
interface Jobs {
  brighten: {
    params: { pixels: Uint8Array<ArrayBuffer>; by: number };
    result: Uint8Array<ArrayBuffer>;
    progress: { done: number; total: number };
  };
}

// #endregion
async function example(
  port: MessagePortLike,
  otherPort: MessagePortLike,
  console: { log(text: string): void },
): Promise<{ worker: Client<Jobs>; sent: Uint8Array; brighter: Uint8Array }> {
  // #region example
  // In the worker.
  serve<Jobs>(portChannel(port), {
    async brighten({ pixels, by }, { signal, progress, transfer }) {
      for (let i = 0; i < pixels.length; i++) pixels[i] = Math.min(255, (pixels[i] ?? 0) + by);
      progress({ done: 1, total: 1 });
      signal.throwIfAborted();
      transfer([pixels.buffer]);
      return pixels;
    },
  });

  // In the page. Both ways the pixels move; they are never copied.
  const worker = connect<Jobs>(portChannel(otherPort), { peer: 'the worker' });
  const params = { pixels: Uint8Array.of(1, 2, 250), by: 10 };
  const brighter = await worker.call('brighten', params, {
    transfer: [params.pixels.buffer],
    onProgress: ({ done, total }) => console.log(`${done} of ${total}`),
    signal: AbortSignal.timeout(60_000),
  });
  // #endregion
  return { worker, sent: params.pixels, brighter };
}

test('the README example works', async () => {
  const { port1, port2 } = new MessageChannel() as unknown as Record<'port1' | 'port2', MessagePortLike>;
  const lines: string[] = [];
  const { worker, sent, brighter } = await example(port1, port2, { log: (text) => void lines.push(text) });
  expect([...brighter]).toEqual([11, 12, 255]);
  expect(sent.byteLength).toBe(0);
  expect(lines).toEqual(['1 of 1']);
  await worker.close();
});

test('the README shows this example', () => {
  const test = readFileSync(new URL('readme.test.ts', import.meta.url), 'utf8');
  const regions = Array.from(
    test.matchAll(/^ *\/\/ #region example\n(.*?)^ *\/\/ #endregion/gms),
    ([, region = 'no region']) => region,
  );
  const code = regions
    .map((region, index) => (index === 0 ? region : region.replaceAll(/^ {2}/gm, '')))
    .join('');
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain('```ts\n' + code + '```');
});
