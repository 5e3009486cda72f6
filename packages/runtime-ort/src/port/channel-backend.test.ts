import { describe, expect, test } from 'vitest';
import { testBackend } from '@oddpixel/conformance/vitest';
import {
  BackendUnavailableError,
  hostTensor,
  isHostTensor,
  type Backend,
  type BackendFactory,
  type Session,
  type Tensor,
} from '@oddpixel/contract';
import { GraphBuilder, mul, writeGraph } from '@oddpixel/graph';
import { referenceBackend } from '@oddpixel/graph/reference';
import { portChannel, ProtocolVersionError, type Channel, type MessagePortLike } from '@oddpixel/remote';
import { openChannelBackend, serveBackend } from '../index.ts';

/** Node's types know only its own way to listen to a port. */
const endOf = (port: unknown): Channel => portChannel(port as MessagePortLike);

/** A backend behind a real message channel: everything crosses as a structured clone. */
function throughChannel(open: (options: unknown) => Promise<Backend>): BackendFactory {
  return {
    name: 'channel',
    open(): Promise<Backend> {
      const { port1, port2 } = new MessageChannel();
      serveBackend(endOf(port2), open);
      return openChannelBackend(endOf(port1), {
        name: 'channel',
        options: { a: 1 },
      });
    },
  };
}

/** The reference backend with outputs that "stay on the device", as far as a caller can tell. */
function keeping(backend: Backend): Backend {
  const held = new WeakMap<Tensor, Tensor>();
  return {
    ...backend,
    capabilities: { ...backend.capabilities, keepOnDevice: true },
    async createSession(model, { keepOnDevice = [] } = {}): Promise<Session> {
      const session = await backend.createSession(model, { keepOnDevice });
      return {
        ...session,
        async run(feeds, options) {
          const onHost = Object.entries(feeds).map(([name, tensor]) => [name, held.get(tensor) ?? tensor]);
          const outputs = await session.run(Object.fromEntries(onHost), options);
          return Object.fromEntries(
            Object.entries(outputs).map(([name, tensor]) => {
              if (!keepOnDevice.includes(name) || !isHostTensor(tensor)) return [name, tensor];
              const { dtype, dims, data } = tensor;
              const read = (): Promise<typeof tensor> =>
                Promise.resolve(hostTensor(dtype, dims, data.slice() as Float32Array));
              const kept: Tensor = { location: 'pretended', dtype, dims, read, dispose: () => {} };
              held.set(kept, tensor);
              return [name, kept];
            }),
          );
        },
      };
    },
  };
}

describe('a backend that computes on the host', () => {
  testBackend(throughChannel(() => referenceBackend().open()));
});

describe('a backend that keeps tensors', () => {
  testBackend(throughChannel(async () => keeping(await referenceBackend().open())));
});

test('feeds keep their values and stay attached, whatever shares their memory', async () => {
  const backend = await throughChannel(() => referenceBackend().open()).open();
  const g = new GraphBuilder();
  g.output('doubled', mul(g.input('x', 'float32', [3]), 2));
  g.output('same', g.input('bytes', 'uint8', [3]));
  const session = await backend.createSession(writeGraph(g.build()));
  const shared = Float32Array.of(9, 1, 2, 3, 9);
  // A Buffer's `slice` is no copy, and its memory is that of many.
  const buffer = Buffer.from('abc');
  const feeds = {
    x: hostTensor('float32', [3], shared.subarray(1, 4)),
    bytes: hostTensor('uint8', [3], buffer),
  };
  for (let run = 0; run < 2; run++) {
    const { doubled, same } = await session.run(feeds);
    expect(doubled).toMatchObject({ data: Float32Array.of(2, 4, 6) });
    expect(same).toMatchObject({ data: Uint8Array.of(97, 98, 99) });
  }
  expect([...shared, buffer.toString()]).toEqual([9, 1, 2, 3, 9, 'abc']);
  await backend.dispose();
});

test('options reach the other end, and its error while opening reaches this one', async () => {
  let received: unknown;
  const refusing = throughChannel((options) => {
    received = options;
    return Promise.reject(
      new BackendUnavailableError({ backend: 'inner', reason: 'no device', fix: 'Buy one.' }),
    );
  });
  const error: unknown = await refusing.open().catch((reason: unknown) => reason);
  expect(received).toEqual({ a: 1 });
  expect(error).toBeInstanceOf(BackendUnavailableError);
  expect(String(error)).toBe(
    'BackendUnavailableError: Backend `channel` is not available: no device. Buy one.',
  );
});

test('once the other end is gone, waiting runs reject', async () => {
  let end: (reason: string) => void = () => {};
  const { port1, port2 } = new MessageChannel();
  const served = endOf(port2);
  serveBackend(served, () => referenceBackend().open());
  const channel = {
    ...endOf(port1),
    onClose(listener: (reason: string) => void): void {
      end = listener;
    },
  };
  const backend = await openChannelBackend(channel, { name: 'channel' });
  const g = new GraphBuilder();
  g.output('y', mul(g.input('x', 'float32', [2, 3]), 2));
  const session = await backend.createSession(writeGraph(g.build()));
  const x = hostTensor('float32', [2, 3], new Float32Array(6));
  const running = session.run({ x });
  await Promise.resolve();
  end('its thread has ended');
  await expect(running).rejects.toThrow('Backend `channel` failed to answer: its thread has ended.');
  await expect(session.run({ x })).rejects.toThrow('its thread has ended');
  await backend.dispose();
  await served.close();
});

test('a served backend is disposed once the other end is gone', async () => {
  const { port1, port2 } = new MessageChannel();
  const disposed = new Promise<void>((resolve) => {
    serveBackend(endOf(port2), async () => {
      const backend = await referenceBackend().open();
      return {
        ...backend,
        async dispose(): Promise<void> {
          await backend.dispose();
          resolve();
        },
      };
    });
  });
  await openChannelBackend(endOf(port1), { name: 'channel' });
  port1.close();
  await disposed;
});

test('a backend at the other end that is of another version is not available, and is not opened', async () => {
  const { port1, port2 } = new MessageChannel();
  let opened = 0;
  serveBackend(endOf(port2), () => {
    opened++;
    return referenceBackend().open();
  });
  const own = endOf(port1);
  const newer: Channel = {
    ...own,
    post: (message, transfer) => own.post({ ...(message as object), version: 2 }, transfer),
  };
  const error: unknown = await openChannelBackend(newer, { name: 'channel' }).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(BackendUnavailableError);
  expect(error).toMatchObject({ cause: expect.any(ProtocolVersionError) });
  expect(String(error)).toMatch(
    /`channel` is not available: Expected a request of protocol version 1; received version 2\. Use .* the older one\.$/,
  );
  expect(opened).toBe(0);
});

test('an aborted opening stops at the other end, too', async () => {
  const { port1, port2 } = new MessageChannel();
  const reason = new Error('another device was chosen');
  const controller = new AbortController();
  let stopped = false;
  serveBackend(endOf(port2), (_, signal) => {
    controller.abort(reason);
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        stopped = true;
        reject(signal.reason as Error);
      });
    });
  });
  const { signal } = controller;
  await expect(openChannelBackend(endOf(port1), { name: 'channel', signal })).rejects.toBe(reason);
  expect(stopped).toBe(true);
});

test('a backend that opened although it was aborted is disposed', async () => {
  const { port1, port2 } = new MessageChannel();
  const reason = new Error('another device was chosen');
  const controller = new AbortController();
  let disposed = false;
  serveBackend(endOf(port2), async () => {
    const backend = await referenceBackend().open();
    controller.abort(reason);
    return {
      ...backend,
      async dispose(): Promise<void> {
        await backend.dispose();
        disposed = true;
      },
    };
  });
  const { signal } = controller;
  await expect(openChannelBackend(endOf(port1), { name: 'channel', signal })).rejects.toBe(reason);
  expect(disposed).toBe(true);
});

test('a backend whose caller is gone before it has opened is disposed', async () => {
  const { port1, port2 } = new MessageChannel();
  const disposed = new Promise<void>((resolve) => {
    serveBackend(endOf(port2), async (_, signal) => {
      const backend = await referenceBackend().open();
      const gone = new Promise((onGone) => signal.addEventListener('abort', onGone));
      port1.close();
      await gone;
      return {
        ...backend,
        async dispose(): Promise<void> {
          await backend.dispose();
          resolve();
        },
      };
    });
  });
  await expect(openChannelBackend(endOf(port1), { name: 'channel' })).rejects.toThrow(
    'Backend `channel` is not available: its port was closed.',
  );
  await disposed;
});
