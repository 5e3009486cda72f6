/** The end of a channel where the backend works: answers what `channelBackend` asks at the other end. */
import {
  DisposedError,
  isHostTensor,
  type Backend,
  type DeviceTensor,
  type HostTensor,
  type Session,
  type Tensor,
} from '@oddpixel/contract';
import type { Channel } from './channel.ts';
import { mapValues } from './map-values.ts';
import type { Question, Reply, Request, WireTensor, WireTensors } from './messages.ts';
import { toWire } from './wire-error.ts';

/**
 * Serves one backend until the other end disposes it.
 *
 * @param open makes the backend from what the other end gave as options.
 */
export function serveBackend(channel: Channel, open: (options: unknown) => Promise<Backend>): void {
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

  async function answer(request: Request): Promise<unknown> {
    switch (request.kind) {
      case 'open':
        backend = await open(request.options);
        return { capabilities: backend.capabilities };
      case 'createSession': {
        if (backend === undefined) throw new DisposedError({ what: 'A backend' });
        const session = await backend.createSession(request.model, request.options);
        const { inputs, outputs } = session;
        return { session: numbered(sessions, session), inputs, outputs };
      }
      case 'run': {
        const session = found(sessions, request.session, 'A session');
        const feeds = mapValues(request.feeds, fromWireTensor);
        return mapValues(await session.run(feeds, { outputs: request.outputs }), toWireTensor);
      }
      case 'readTensor':
        return found(tensors, request.tensor, 'A device tensor').read();
      case 'disposeTensor':
        tensors.get(request.tensor)?.dispose();
        tensors.delete(request.tensor);
        return undefined;
      case 'disposeSession':
        await sessions.get(request.session)?.dispose();
        sessions.delete(request.session);
        return undefined;
      case 'dispose':
        await backend?.dispose();
        backend = undefined;
        return undefined;
    }
  }

  channel.onMessage((message) => {
    const { id, request } = message as Question;
    const reply = (content: Reply, transfer: readonly ArrayBuffer[] = []): void =>
      channel.post(content, transfer);
    void answer(request).then(
      (value) => reply({ id, value }, ownedMemory(request, value)),
      (error: unknown) => reply({ id, error: toWire(error) }),
    );
  });
}

function found<T>(map: ReadonlyMap<number, T>, number: number, what: string): T {
  const value = map.get(number);
  if (value === undefined) throw new DisposedError({ what });
  return value;
}

/** The memory of outputs belongs to nobody here, so it moves to the other end instead of being copied. */
function ownedMemory({ kind }: Request, value: unknown): ArrayBuffer[] {
  const tensors =
    kind === 'run' ? Object.values(value as WireTensors) : kind === 'readTensor' ? [value as HostTensor] : [];
  const buffers = tensors.flatMap((tensor) => ('data' in tensor ? [tensor.data.buffer] : []));
  return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
}
