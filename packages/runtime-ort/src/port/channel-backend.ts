/**
 * A backend at the other end of a channel. A graph that runs there blocks nobody here: a page stays smooth, a server
 * responsive. Feeds are copied once, outputs are handed over without a copy, device tensors stay where they are.
 */
import {
  BackendError,
  BackendUnavailableError,
  checkFeeds,
  checkOutputs,
  createRunQueue,
  DisposedError,
  isHostTensor,
  type Backend,
  type BackendCapabilities,
  type DeviceTensor,
  type HostTensor,
  type RunQueue,
  type Session,
  type SessionOptions,
  type Tensor,
} from '@oddpixel/contract';
import { connect, type Channel, type Client } from '@oddpixel/remote';
import { reasonOf } from '../ort/ort-backend.ts';
import type { BackendRequests, WireTensor } from './backend-requests.ts';
import { mapValues } from './map-values.ts';
import { ownError } from './own-error.ts';

export interface ChannelBackendOptions {
  /** Name of the backend. */
  readonly name: string;
  /** Goes to `open` of `serveBackend` as a structured clone. */
  readonly options?: unknown;
  /** Aborts the opening, here and at the other end. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens the backend that `serveBackend` serves at the other end. It owns the channel: disposing it, or failing to
 * open, closes the channel.
 *
 * @throws BackendUnavailableError; the signal's reason
 */
export async function openChannelBackend(
  channel: Channel,
  { name, options, signal }: ChannelBackendOptions,
): Promise<Backend> {
  const client = connect<BackendRequests>(channel, { peer: `backend \`${name}\`` });
  const ask: Ask = (request, params, transfer) =>
    client.call(request, params, { transfer }).catch((error: unknown) => {
      throw ownError(name, error);
    });
  const remote: Remote = { name, client, ask, queue: createRunQueue(), numbers: new WeakMap() };
  try {
    const { capabilities } = await client.call('open', { options }, { signal });
    signal?.throwIfAborted();
    return channelBackend(remote, capabilities);
  } catch (thrown) {
    await close(remote);
    signal?.throwIfAborted();
    const cause = ownError(name, thrown);
    if (cause instanceof BackendUnavailableError) throw cause;
    const reason = cause instanceof BackendError ? cause.details.reason : reasonOf(cause);
    throw new BackendUnavailableError({ backend: name, reason }, { cause });
  }
}

/** Lets the other end dispose what it has, then ends it. */
async function close({ client, ask }: Remote): Promise<void> {
  await ask('dispose', null).catch(() => {});
  await client.close();
}

/** A request whose errors are those of the backend of this name. */
type Ask = <K extends keyof BackendRequests>(
  request: K,
  params: BackendRequests[K]['params'],
  transfer?: readonly ArrayBuffer[],
) => Promise<BackendRequests[K]['result']>;

/** What the sessions of one backend share. */
interface Remote {
  readonly name: string;
  readonly client: Client<BackendRequests>;
  readonly ask: Ask;
  readonly queue: RunQueue;
  /** The numbers of device tensors of this backend; those of disposed ones stay known. */
  readonly numbers: WeakMap<DeviceTensor, { readonly number: number; disposed: boolean }>;
}

function channelBackend(remote: Remote, capabilities: BackendCapabilities): Backend {
  const { name, client } = remote;
  const sessions = new Set<Session>();
  let closing: Promise<void> | undefined;
  return {
    name,
    capabilities,
    lost: client.lost,
    async createSession(model, options = {}): Promise<Session> {
      if (closing !== undefined) throw new DisposedError({ what: `Backend \`${name}\`` });
      const session = await openSession(remote, model, options, () => sessions.delete(session));
      sessions.add(session);
      return session;
    },
    dispose(): Promise<void> {
      closing ??= (async () => {
        await Promise.all(Array.from(sessions, (session) => session.dispose().catch(() => {})));
        await close(remote);
      })();
      return closing;
    },
  };
}

async function openSession(
  remote: Remote,
  model: Uint8Array,
  options: SessionOptions,
  onDisposed: () => void,
): Promise<Session> {
  const { name, client, ask, queue, numbers } = remote;
  const opened = await queue.run(() => ask('createSession', { model, options }));
  const { session, inputs, outputs } = opened;
  let closing: Promise<void> | undefined;
  return {
    inputs,
    outputs,
    async run(feeds, runOptions = {}): Promise<Record<string, Tensor>> {
      if (closing !== undefined) throw new DisposedError({ what: `A session of \`${name}\`` });
      checkFeeds(inputs, feeds, { backend: name, owns: (tensor) => numbers.has(tensor) });
      const names = checkOutputs(outputs, runOptions.outputs);
      const run = async (): Promise<Record<string, Tensor>> => {
        const copies: ArrayBuffer[] = [];
        const wired = mapValues(feeds, (tensor) => toWireTensor(remote, tensor, copies));
        const results = await ask('run', { session, feeds: wired, outputs: names }, copies);
        return mapValues(results, (tensor) => fromWireTensor(remote, tensor));
      };
      return queue.run(run, { signal: runOptions.signal, discard: release });
    },
    dispose(): Promise<void> {
      closing ??= queue
        .run(() => ask('disposeSession', { session }))
        .catch((error: unknown) => {
          // Nothing is left to release once the other end is gone.
          if (!client.isClosed()) throw error;
        })
        .then(onDisposed);
      return closing;
    },
  };
}

/** @param copies receives the memory that moves to the other end: a copy here is one less than the channel would make. */
function toWireTensor(remote: Remote, tensor: Tensor, copies: ArrayBuffer[]): WireTensor {
  if (isHostTensor(tensor)) {
    const data = copyOf(tensor.data);
    copies.push(data.buffer);
    return { ...tensor, data };
  }
  const { location, dtype, dims } = tensor;
  return { location, dtype, dims, tensor: living(remote, tensor) };
}

/** The same values in memory of their own, whatever shares the memory that they came in. */
function copyOf(data: HostTensor['data']): HostTensor['data'] & { readonly buffer: ArrayBuffer } {
  const bytes = new Uint8Array(data.byteLength);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  // Node's Buffer is one, too.
  if (data instanceof Uint8Array) return bytes;
  const Type = data.constructor as new (buffer: ArrayBuffer) => Float32Array<ArrayBuffer>;
  return new Type(bytes.buffer);
}

/** @throws DisposedError */
function living({ numbers }: Remote, tensor: DeviceTensor): number {
  const held = numbers.get(tensor);
  if (held === undefined || held.disposed) throw new DisposedError({ what: 'A device tensor' });
  return held.number;
}

function fromWireTensor(remote: Remote, wired: WireTensor): Tensor {
  if (!('tensor' in wired)) return wired;
  const { ask, queue, numbers } = remote;
  const { tensor: number, location, dtype, dims } = wired;
  const tensor: DeviceTensor = {
    location,
    dtype,
    dims,
    async read() {
      living(remote, tensor);
      return queue.run(() => ask('readTensor', { tensor: living(remote, tensor) }));
    },
    dispose(): void {
      const held = numbers.get(tensor);
      if (held === undefined || held.disposed) return;
      held.disposed = true;
      // A queued run may still use it; after the end of the channel nothing is left to release.
      void queue.run(() => ask('disposeTensor', { tensor: number })).catch(() => {});
    },
  };
  numbers.set(tensor, { number, disposed: false });
  return tensor;
}

function release(outputs: Readonly<Record<string, Tensor>>): void {
  for (const tensor of Object.values(outputs)) if (!isHostTensor(tensor)) tensor.dispose();
}
