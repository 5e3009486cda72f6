/** A channel over bytes: the same requests, progress, cancellation and errors between processes. */
import { createServer, connect as openSocket, type AddressInfo, type Socket } from 'node:net';
import { deserialize, serialize } from 'node:v8';
import { expect, onTestFinished, test } from 'vitest';
import { ModelFormatError } from '@oddpixel/contract';
import { connect, ConnectionClosedError, serve, type Channel, type Client } from './index.ts';

interface Jobs {
  sum: { params: Float32Array; result: number; progress: { done: number } };
  wait: { params: null; result: never; progress: 'started' };
  fail: { params: null; result: never };
}

/** Each message with its length in front of it. Node's own format of structured clones serves as the encoding. */
function socketChannel(socket: Socket): Channel {
  return {
    post(message): void {
      if (socket.destroyed) return;
      const bytes = serialize(message);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      socket.write(Buffer.concat([length, bytes]));
    },
    onMessage(listener): void {
      let rest = Buffer.alloc(0);
      socket.on('data', (chunk) => {
        rest = Buffer.concat([rest, chunk]);
        while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
          const end = 4 + rest.readUInt32BE();
          const bytes = rest.subarray(4, end);
          rest = rest.subarray(end);
          listener(deserialize(bytes));
        }
      });
    },
    onClose: (listener) => void socket.on('close', () => listener('the socket was closed')),
    close: () =>
      new Promise((resolve) => (socket.destroyed ? resolve() : socket.destroy().once('close', resolve))),
  };
}

async function overSocket(): Promise<{ client: Client<Jobs>; accepted: Socket; stopped: Promise<string> }> {
  const server = createServer().listen(0, '127.0.0.1');
  const accepting = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const { port } = await new Promise<AddressInfo>((resolve) =>
    server.once('listening', () => resolve(server.address() as AddressInfo)),
  );
  const client = connect<Jobs>(socketChannel(openSocket(port, '127.0.0.1')), { peer: 'the server' });
  const accepted = await accepting;
  const stopped = new Promise<string>((onClose) => {
    serve<Jobs>(
      socketChannel(accepted),
      {
        sum(values, { progress }) {
          let sum = 0;
          for (const [index, value] of values.entries()) {
            sum += value;
            progress({ done: index + 1 });
          }
          return sum;
        },
        wait: (_, { signal, progress }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
            progress('started');
          }),
        fail: () => {
          throw new ModelFormatError({ where: 'graph', problem: 'has no output' });
        },
      },
      { onClose },
    );
  });
  onTestFinished(async () => {
    await client.close();
    server.close();
  });
  return { client, accepted, stopped };
}

test('a socket carries requests, progress in order, and errors with their class', async () => {
  const { client } = await overSocket();
  const seen: number[] = [];
  const values = Float32Array.from({ length: 500 }, (_, i) => i);
  const sum = client.call('sum', values, { onProgress: ({ done }) => void seen.push(done) });
  await expect(client.call('fail', null)).rejects.toBeInstanceOf(ModelFormatError);
  expect(await sum).toBe(124_750);
  expect(seen).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
});

test('a socket carries cancellation', async () => {
  const { client } = await overSocket();
  const controller = new AbortController();
  const reason = new Error('enough');
  const waiting = client.call('wait', null, {
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  });
  await expect(waiting).rejects.toBe(reason);
});

test('a broken connection rejects what waits and stops what runs', async () => {
  const { client, accepted, stopped } = await overSocket();
  const waiting = client.call('wait', null, { onProgress: () => void accepted.destroy() });
  await expect(waiting).rejects.toBeInstanceOf(ConnectionClosedError);
  expect(await stopped).toBe('the socket was closed');
});
