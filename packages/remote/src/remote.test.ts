import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { OddpixelError, ParameterError } from '@oddpixel/contract';
import {
  connect,
  ConnectionClosedError,
  portChannel,
  ProtocolVersionError,
  RemoteError,
  serve,
  UnknownRequestError,
  type Channel,
  type Client,
  type Handlers,
  type MessagePortLike,
  type ServeOptions,
} from './index.ts';

interface Jobs {
  double: { params: number; result: number };
  count: { params: number; result: string; progress: number };
  /** Runs until it is cancelled. */
  wait: { params: null; result: never; progress: 'started' };
  /** Is cancelled, and finishes all the same. */
  insist: { params: null; result: string; progress: 'started' };
  fail: { params: unknown; result: never };
  reverse: { params: Uint8Array<ArrayBuffer>; result: Uint8Array<ArrayBuffer> };
  give: { params: string; result: unknown };
}

class HeldError extends OddpixelError<{ holder: () => void }> {
  readonly code = 'HELD';
}

/** What a handler still knows when its caller no longer does. */
const kept: { reversed?: Uint8Array; late?: () => void } = {};

const handlers: Handlers<Jobs> = {
  double: (value) => 2 * value,
  async count(to, { progress }) {
    for (let i = 1; i <= to; i++) {
      progress(i);
      if (i % 3 === 0) await Promise.resolve();
    }
    kept.late = () => progress(to + 1);
    return `counted to ${to}`;
  },
  wait(_, { signal, progress }) {
    progress('started');
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  },
  insist(_, { signal, progress }) {
    progress('started');
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve('finished'));
    });
  },
  fail: (thrown) => {
    switch (thrown) {
      case 'parameter':
        throw new ParameterError({ name: 'size', expected: 'a multiple of 32', received: '33' });
      case 'not clonable':
        throw new HeldError('It is held.', { holder: () => {} });
      case 'odd message':
        throw Object.assign(new Error(), { message: { toString: () => 'an object as message' } });
      default:
        throw thrown;
    }
  },
  reverse(bytes, { transfer }) {
    kept.reversed = bytes.reverse();
    transfer([bytes.buffer]);
    return bytes;
  },
  give: (what) => (what === 'function' ? () => {} : what),
};

function pair(options?: ServeOptions): {
  client: Client<Jobs>;
  /** Messages that left the client. */
  sent: unknown[];
  busy: boolean[];
  served: Channel;
} {
  const { port1, port2 } = new MessageChannel();
  const own = portChannel(port1 as unknown as MessagePortLike);
  const served = portChannel(port2 as unknown as MessagePortLike);
  const sent: unknown[] = [];
  const busy: boolean[] = [];
  serve<Jobs>(served, handlers, options);
  const client = connect<Jobs>(
    {
      ...own,
      post(message, transfer) {
        sent.push(message);
        own.post(message, transfer);
      },
      onBusy: (is) => void busy.push(is),
    },
    { peer: 'the test' },
  );
  onTestFinished(() => client.close());
  return { client, sent, busy, served };
}

test('requests run side by side, each gets its own answer', async () => {
  const { client, busy } = pair();
  const answers = await Promise.all([1, 2, 3].map((value) => client.call('double', value)));
  expect(answers).toEqual([2, 4, 6]);
  expect(busy.at(0)).toBe(true);
  expect(busy.at(-1)).toBe(false);
});

test('progress comes in order and before the result; none comes after it', async () => {
  const { client } = pair();
  const seen: (number | string)[] = [];
  const other: number[] = [];
  const counted = client.call('count', 20, { onProgress: (n) => void seen.push(n) });
  await client.call('count', 2, { onProgress: (n) => void other.push(n) });
  seen.push(await counted);
  kept.late?.();
  await client.call('double', 1);
  expect(seen).toEqual([...Array.from({ length: 20 }, (_, i) => i + 1), 'counted to 20']);
  expect(other).toEqual([1, 2]);
});

test('a progress listener that throws cancels the request and rejects it', async () => {
  const { client, sent } = pair();
  const broken = new Error('the page is gone');
  const waiting = client.call('wait', null, {
    onProgress: () => {
      throw broken;
    },
  });
  await expect(waiting).rejects.toBe(broken);
  expect(sent.at(-1)).toMatchObject({ kind: 'cancel' });
  expect(await client.call('double', 4)).toBe(8);
});

test('a call whose signal is already aborted rejects with the reason and sends nothing', async () => {
  const { client, sent, busy } = pair();
  const reason = new Error('changed my mind');
  await expect(client.call('double', 1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(sent).toEqual([]);
  expect(busy).toEqual([]);
});

test('an abort during a call stops its handler and rejects with the reason; other calls continue', async () => {
  const { client } = pair();
  const controller = new AbortController();
  const reason = new Error('stop');
  const waiting = client.call('wait', null, {
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  });
  const other = client.call('double', 5);
  await expect(waiting).rejects.toBe(reason);
  expect(await other).toBe(10);
});

test('an abort right after the call stops the handler, too', async () => {
  const { client } = pair();
  const controller = new AbortController();
  const waiting = client.call('wait', null, { signal: controller.signal });
  controller.abort();
  await expect(waiting).rejects.toBe(controller.signal.reason);
});

test('a request that finished although it was cancelled delivers its result', async () => {
  const { client } = pair();
  const controller = new AbortController();
  const answer = client.call('insist', null, {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  expect(await answer).toBe('finished');
});

test('an abort after the answer sends nothing', async () => {
  const { client, sent } = pair();
  const controller = new AbortController();
  await client.call('double', 1, { signal: controller.signal });
  controller.abort();
  expect(sent).toHaveLength(1);
});

test('memory that is transferred moves both ways and leaves no copy', async () => {
  const { client } = pair();
  const bytes = Uint8Array.of(1, 2, 3);
  const reversed = await client.call('reverse', bytes, { transfer: [bytes.buffer] });
  expect([...reversed]).toEqual([3, 2, 1]);
  expect(bytes.byteLength).toBe(0);
  expect(kept.reversed?.byteLength).toBe(0);
});

test('memory that is not transferred stays attached', async () => {
  const { client } = pair();
  const bytes = Uint8Array.of(1, 2, 3);
  expect([...(await client.call('reverse', bytes))]).toEqual([3, 2, 1]);
  expect([...bytes]).toEqual([1, 2, 3]);
});

test('an error thrown at the other end is thrown here with its class', async () => {
  const { client } = pair();
  const error: unknown = await client.call('fail', 'parameter').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ParameterError);
  expect(error).toMatchObject({
    message: 'Expected a multiple of 32 for `size`, received 33.',
    details: { name: 'size', expected: 'a multiple of 32', received: '33' },
  });
  const thrown = client.call('fail', 'a string');
  await expect(thrown).rejects.toBeInstanceOf(RemoteError);
  await expect(thrown).rejects.toThrow('a string');
});

test('an error that cannot be cloned arrives as its name, message and code', async () => {
  const { client } = pair();
  const error: unknown = await client.call('fail', 'not clonable').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RemoteError);
  expect(error).toMatchObject({ name: 'HeldError', message: 'It is held.', details: { code: 'HELD' } });
  await expect(client.call('fail', 'odd message')).rejects.toThrow('an object as message');
});

test.each(['shout', 'toString', '__proto__'])('the unknown request %s is refused', async (name) => {
  const { client } = pair();
  const error: unknown = await client.call(name as 'double', 1).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UnknownRequestError);
  expect(error).toMatchObject({ details: { request: name, known: Object.keys(handlers) } });
});

test('the first message carries the version of the protocol', async () => {
  const { client, sent } = pair();
  await client.call('double', 1);
  expect(sent[0]).toEqual({ kind: 'call', id: 0, version: 1, name: 'double', params: 1 });
});

test.each([
  ['a newer version', 2, 'received version 2'],
  ['no version', undefined, 'received version none'],
])('a call of %s rejects with ProtocolVersionError and is not handled', async (_, version, received) => {
  const { port1, port2 } = new MessageChannel();
  const own = portChannel(port1 as unknown as MessagePortLike);
  const seen: number[] = [];
  serve<Pick<Jobs, 'double'>>(portChannel(port2 as unknown as MessagePortLike), {
    double: (value) => seen.push(value),
  });
  const post: Channel['post'] = (message, transfer) =>
    own.post({ ...(message as object), version }, transfer);
  const client = connect<Pick<Jobs, 'double'>>({ ...own, post }, { peer: 'the test' });
  onTestFinished(() => client.close());
  const error: unknown = await client.call('double', 1).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ProtocolVersionError);
  expect(error).toMatchObject({
    code: 'PROTOCOL_VERSION',
    message: `Expected a request of protocol version 1; ${received}. Use the same version of @oddpixel/remote at both ends: reload or rebuild the older one.`,
    details: { expected: 1, received: version ?? 'none' },
  });
  expect(seen).toEqual([]);
});

test('parameters and results that cannot be cloned fail their own request only', async () => {
  const { client, busy } = pair();
  await expect(client.call('fail', () => {})).rejects.toThrow('could not be cloned');
  expect(busy).toEqual([true, false]);
  await expect(client.call('give', 'function')).rejects.toThrow('could not be cloned');
  expect(await client.call('give', 'text')).toBe('text');
});

test('messages of others on the same channel are left alone', async () => {
  const { client, served } = pair();
  for (const message of [null, 'hot update', 7, { kind: 'result' }, { kind: 'result', id: 99, result: 1 }])
    served.post(message, []);
  expect(await client.call('double', 3)).toBe(6);
});

test('once the other end has closed, running and later calls reject with ConnectionClosedError', async () => {
  const { client, busy, served } = pair();
  const running = client.call('wait', null);
  await served.close();
  await expect(running).rejects.toBeInstanceOf(ConnectionClosedError);
  await expect(running).rejects.toMatchObject({
    details: { peer: 'the test', request: 'wait', reason: 'its port was closed' },
  });
  expect(await client.lost).toBe('its port was closed');
  expect(client.isClosed()).toBe(true);
  await expect(client.call('double', 1)).rejects.toBeInstanceOf(ConnectionClosedError);
  expect(busy.at(-1)).toBe(false);
});

test('a call that was aborted before the other end died rejects with ConnectionClosedError', async () => {
  const { client, served } = pair();
  const controller = new AbortController();
  const running = client.call('insist', null, {
    signal: controller.signal,
    onProgress: () => void served.close(),
  });
  await expect(running).rejects.toBeInstanceOf(ConnectionClosedError);
  controller.abort();
});

test('close rejects running calls and does not resolve lost', async () => {
  const { client } = pair();
  let lost = false;
  void client.lost.then(() => (lost = true));
  const running = client.call('wait', null);
  const closing = client.close();
  await expect(running).rejects.toThrow('the connection was closed here');
  await Promise.all([closing, client.close()]);
  await expect(client.call('double', 1)).rejects.toBeInstanceOf(ConnectionClosedError);
  expect(lost).toBe(false);
});

test('once the caller is gone, the signals of its requests abort and onClose is called', async () => {
  const stopped: string[] = [];
  const { port1, port2 } = new MessageChannel();
  const gone = new Promise<string>((resolve) => {
    serve<Pick<Jobs, 'wait'>>(
      portChannel(port2 as unknown as MessagePortLike),
      {
        wait: (_, { signal, progress }) =>
          new Promise((_resolve, reject) => {
            progress('started');
            signal.addEventListener('abort', () => {
              stopped.push('wait');
              reject(signal.reason as Error);
            });
          }),
      },
      { onClose: resolve },
    );
  });
  const client = connect<Pick<Jobs, 'wait'>>(portChannel(port1 as unknown as MessagePortLike), {
    peer: 'the test',
  });
  const running = client.call('wait', null, { onProgress: () => void client.close() });
  await expect(running).rejects.toBeInstanceOf(ConnectionClosedError);
  expect(await gone).toBe('its port was closed');
  expect(stopped).toEqual(['wait']);
});

test('a worker that exits during a request rejects it with ConnectionClosedError', async () => {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
    parentPort.on('message', ({ id }) => {
      parentPort.postMessage({ kind: 'progress', id, progress: 'started' });
      setImmediate(() => process.exit(3));
    });`,
    { eval: true },
  );
  const client = connect<Jobs>(
    {
      post: (message, transfer) => worker.postMessage(message, transfer),
      onMessage: (listener) => worker.on('message', listener),
      onClose: (listener) => worker.on('exit', (code) => listener(`it has ended with code ${code}`)),
      close: async () => void (await worker.terminate()),
    },
    { peer: 'the worker' },
  );
  const seen: string[] = [];
  const running = client.call('wait', null, { onProgress: (text) => void seen.push(text) });
  await expect(running).rejects.toThrow(
    'Expected an answer to `wait` from the worker, which can answer no more: it has ended with code 3.',
  );
  expect(seen).toEqual(['started']);
  await client.close();
});
