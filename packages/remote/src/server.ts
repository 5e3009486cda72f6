/** The end of a channel that answers. */
import type { Channel } from './channel.ts';
import { ProtocolVersionError, UnknownRequestError } from './errors.ts';
import { isToServer, protocolVersion, type ToClient, type ToServer } from './messages.ts';
import type { Handlers, Protocol, RequestContext, RequestShape } from './protocol.ts';
import { toWire } from './wire-error.ts';

export interface ServeOptions {
  /** Called once the other end is gone and the signals of all running requests have aborted: releases what it held here. */
  readonly onClose?: ((reason: string) => void) | undefined;
}

type Handler = (params: unknown, context: RequestContext<RequestShape>) => unknown;

/** Answers what `connect` asks at the other end. Requests run side by side. */
export function serve<P extends Protocol<P>>(
  channel: Channel,
  handlers: Handlers<P>,
  { onClose }: ServeOptions = {},
): void {
  const running = new Map<number, AbortController>();
  let closed = false;

  const post = (message: ToClient, transfer: readonly ArrayBuffer[] = []): void => {
    if (!closed) channel.post(message, transfer);
  };

  async function answer({ id, name, params }: Extract<ToServer, { kind: 'call' }>): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    const transfer: ArrayBuffer[] = [];
    running.set(id, controller);
    try {
      const result = await handlerOf(handlers, name)(params, {
        signal,
        progress: (progress, moved) => {
          if (running.get(id) === controller) post({ kind: 'progress', id, progress }, moved);
        },
        transfer: (buffers) => void transfer.push(...buffers),
      });
      running.delete(id);
      post({ kind: 'result', id, result }, transfer);
    } catch (error) {
      // Also for a result that cannot be cloned.
      running.delete(id);
      if (signal.aborted && error === signal.reason) post({ kind: 'cancelled', id });
      else postError(id, error);
    }
  }

  function postError(id: number, thrown: unknown): void {
    const error = toWire(thrown);
    try {
      post({ kind: 'error', id, error });
    } catch {
      // Details that cannot be cloned stay here.
      const { name, message, code } = error;
      post({ kind: 'error', id, error: { name, message, code } });
    }
  }

  channel.onMessage((message) => {
    if (!isToServer(message)) return;
    if (message.kind === 'cancel') running.get(message.id)?.abort();
    else if (message.version === protocolVersion) void answer(message);
    else postError(message.id, otherVersion(message.version));
  });
  channel.onClose?.((reason) => {
    if (closed) return;
    closed = true;
    for (const controller of running.values()) controller.abort();
    onClose?.(reason);
  });
}

/** @param version what came: a call of a version before the first has none. */
function otherVersion(version: number | undefined): ProtocolVersionError {
  return new ProtocolVersionError({ expected: protocolVersion, received: version ?? 'none' });
}

/** @throws UnknownRequestError */
function handlerOf<P extends Protocol<P>>(handlers: Handlers<P>, name: string): Handler {
  if (Object.hasOwn(handlers, name)) return handlers[name as keyof P] as Handler;
  throw new UnknownRequestError({ request: name, known: Object.keys(handlers) });
}
