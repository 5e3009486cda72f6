/** The end of a channel that asks. */
import type { Channel } from './channel.ts';
import { ConnectionClosedError } from './errors.ts';
import { isToClient, protocolVersion, type ToServer } from './messages.ts';
import type { CallOptions, Client, Protocol, RequestShape } from './protocol.ts';
import { fromWire } from './wire-error.ts';

export interface ConnectOptions {
  /** What the other end is, for errors: "the worker". */
  readonly peer: string;
}

/** A call that is not answered yet. */
interface Waiting {
  readonly name: string;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: never) => void) | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Connects to what `serve` serves at the other end. The client owns the channel. */
export function connect<P extends Protocol<P>>(channel: Channel, { peer }: ConnectOptions): Client<P> {
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  let closed: { readonly reason: string; readonly cause?: unknown } | undefined;
  let closing: Promise<void> | undefined;
  let onLost: (reason: string) => void;
  const lost = new Promise<string>((resolve) => (onLost = resolve));

  const post = (message: ToServer, transfer: readonly ArrayBuffer[] = []): void =>
    channel.post(message, transfer);

  const noAnswer = (request: string): Error =>
    new ConnectionClosedError(
      { peer, request, reason: closed?.reason ?? 'it is gone' },
      { cause: closed?.cause },
    );

  function settle(id: number): void {
    waiting.delete(id);
    if (waiting.size === 0) channel.onBusy?.(false);
  }

  function rejectAll(): void {
    for (const [id, { name, reject }] of waiting) {
      settle(id);
      reject(noAnswer(name));
    }
  }

  function tell(id: number, { onProgress, reject }: Waiting, progress: unknown): void {
    try {
      onProgress?.(progress as never);
    } catch (error) {
      settle(id);
      post({ kind: 'cancel', id });
      reject(error);
    }
  }

  channel.onMessage((message) => {
    if (!isToClient(message)) return;
    const { id } = message;
    const call = waiting.get(id);
    if (call === undefined) return;
    if (message.kind === 'progress') return tell(id, call, message.progress);
    settle(id);
    if (message.kind === 'result') call.resolve(message.result);
    else if (message.kind === 'error') call.reject(fromWire(message.error));
    else call.reject(call.signal?.reason);
  });
  channel.onClose?.((reason, cause) => {
    if (closed !== undefined) return;
    closed = { reason, cause };
    // First, so that those whose call failed know why.
    onLost(reason);
    rejectAll();
  });

  function call(name: string, params: unknown, options: CallOptions<RequestShape> = {}): Promise<unknown> {
    const { signal, onProgress, transfer } = options;
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    if (closed !== undefined) return Promise.reject(noAnswer(name));
    const id = nextId++;
    const cancel = (): void => {
      if (waiting.has(id)) post({ kind: 'cancel', id });
    };
    const answer = new Promise<unknown>((resolve, reject) => {
      waiting.set(id, { name, signal, onProgress, resolve, reject });
      channel.onBusy?.(true);
      try {
        post({ kind: 'call', id, version: protocolVersion, name, params }, transfer);
      } catch (error) {
        // Parameters that cannot be cloned, or memory that moved before.
        settle(id);
        reject(error as Error);
        return;
      }
      signal?.addEventListener('abort', cancel);
    });
    return signal === undefined ? answer : answer.finally(() => signal.removeEventListener('abort', cancel));
  }

  return {
    call: call as Client<P>['call'],
    lost,
    isClosed: () => closed !== undefined,
    close(): Promise<void> {
      closed ??= { reason: 'the connection was closed here' };
      rejectAll();
      closing ??= channel.close();
      return closing;
    },
  };
}
