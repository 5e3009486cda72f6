import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Backend } from '@oddpixel/contract';
import { referenceBackend as myBackend } from '@oddpixel/graph/reference';
import { portChannel, type MessagePortLike } from '@oddpixel/remote';
import { openChannelBackend, serveBackend } from './index.ts';

async function example(port: MessagePortLike, otherPort: MessagePortLike): Promise<Backend> {
  // #region example
  // In a worker: any backend, served through a port.
  serveBackend(portChannel(port), () => myBackend().open());

  // In the main thread: the same backend, which blocks nobody here.
  const backend = await openChannelBackend(portChannel(otherPort), { name: 'mine:worker' });
  // #endregion
  return backend;
}

test('the README example works', async () => {
  const { port1, port2 } = new MessageChannel() as unknown as Record<'port1' | 'port2', MessagePortLike>;
  const backend = await example(port1, port2);
  expect(backend.name).toBe('mine:worker');
  expect(backend.capabilities.deterministic).toBe(true);
  await backend.dispose();
});

test('the README shows this example', () => {
  const test = readFileSync(new URL('readme.test.ts', import.meta.url), 'utf8');
  const region = /\/\/ #region example\n(.*?) *\/\/ #endregion/s.exec(test)?.[1] ?? 'no region';
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(region.replaceAll(/^ {2}/gm, ''));
});
