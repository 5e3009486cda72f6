/** The end of a channel where the backend works: answers what `openChannelBackend` asks at the other end. */
import {
  DisposedError,
  isHostTensor,
  type Backend,
  type DeviceTensor,
  type Session,
  type Tensor,
} from '@oddpixel/contract';
import { serve, type Channel } from '@oddpixel/remote';
import type { BackendRequests, WireTensor } from './backend-requests.ts';
import { mapValues } from './map-values.ts';

/**
 * Serves one backend until the other end disposes it, or is gone.
 *
 * @param open makes the backend from what the other end gave as options.
 */
export function serveBackend(
  channel: Channel,
  open: (options: unknown, signal: AbortSignal) => Promise<Backend>,
): void {
  const sessions = new Map<number, Session>();
  const tensors = new Map<number, DeviceTensor>();
  let nextNumber = 0;
  let backend: Backend | undefined;

  const numbered = <T>(map: Map<number, T>, value: T): number => {
    map.set(nextNumber, value);
    return nextNumber++;
  };
  const toWireTensor = (tensor: Tensor): WireTensor => {
    if (isHostTensor(tensor)) return tensor;
    const { location, dtype, dims } = tensor;
    return { location, dtype, dims, tensor: numbered(tensors, tensor) };
  };
  const fromWireTensor = (tensor: WireTensor): Tensor =>
    'tensor' in tensor ? found(tensors, tensor.tensor, 'A device tensor') : tensor;

  async function dispose(): Promise<undefined> {
    const disposed = backend;
    backend = undefined;
    await disposed?.dispose();
  }

  serve<BackendRequests>(
    channel,
    {
      async open({ options }, { signal }) {
        backend = await open(options, signal);
        if (signal.aborted) {
          await dispose();
          throw signal.reason;
        }
        return { capabilities: backend.capabilities };
      },
      async createSession({ model, options }) {
        if (backend === undefined) throw new DisposedError({ what: 'A backend' });
        const session = await backend.createSession(model, options);
        const { inputs, outputs } = session;
        return { session: numbered(sessions, session), inputs, outputs };
      },
      async run({ session, feeds, outputs }, { transfer }) {
        const tensorFeeds = mapValues(feeds, fromWireTensor);
        const results = await found(sessions, session, 'A session').run(tensorFeeds, { outputs });
        transfer(ownedMemory(Object.values(results)));
        return mapValues(results, toWireTensor);
      },
      async readTensor({ tensor }, { transfer }) {
        const read = await found(tensors, tensor, 'A device tensor').read();
        transfer(ownedMemory([read]));
        return read;
      },
      disposeTensor({ tensor }) {
        tensors.get(tensor)?.dispose();
        tensors.delete(tensor);
      },
      async disposeSession({ session }) {
        await sessions.get(session)?.dispose();
        sessions.delete(session);
      },
      dispose,
    },
    { onClose: () => void dispose().catch(() => {}) },
  );
}

function found<T>(map: ReadonlyMap<number, T>, number: number, what: string): T {
  const value = map.get(number);
  if (value === undefined) throw new DisposedError({ what });
  return value;
}

/** The memory of outputs belongs to nobody here, so it moves to the other end instead of being copied. */
function ownedMemory(tensors: readonly Tensor[]): ArrayBuffer[] {
  const buffers = tensors.flatMap((tensor) => (isHostTensor(tensor) ? [tensor.data.buffer] : []));
  return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
}
