/** Questions through a channel and their answers. */
import { BackendError } from '@oddpixel/contract';
import type { Channel } from './channel.ts';
import type { Answers, Reply, Request } from './messages.ts';
import { fromWire } from './wire-error.ts';

type Kind = Request['kind'];
type Content<K extends Kind> = Omit<Extract<Request, { kind: K }>, 'kind'>;

export interface Connection {
  /**
   * @param transfer memory of `content` that moves to the other end.
   * @throws what the other end threw; BackendError once it can answer no more.
   */
  ask<K extends Kind>(kind: K, content: Content<K>, transfer?: readonly ArrayBuffer[]): Promise<Answers[K]>;
  /** Resolves with the reason when the other end can answer no more. */
  readonly lost: Promise<string>;
  isLost(): boolean;
  /** Lets the other end dispose what it has, then ends it. */
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** @param name of the backend, for errors. */
export function connect(name: string, channel: Channel): Connection {
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  let dead: Error | undefined;
  let onLost: (reason: string) => void;
  const lost = new Promise<string>((resolve) => (onLost = resolve));

  channel.onMessage((message) => {
    const reply = message as Reply;
    const question = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0) channel.onBusy?.(false);
    if ('error' in reply) question?.reject(fromWire(name, reply.error));
    else question?.resolve(reply.value);
  });
  channel.onEnd?.((reason, cause) => {
    dead ??= new BackendError({ backend: name, operation: 'answer', reason }, { cause });
    // First, so that those who are told that their run failed know why.
    onLost(reason);
    for (const { reject } of waiting.values()) reject(dead);
    waiting.clear();
  });

  function ask<K extends Kind>(
    kind: K,
    content: Content<K>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Answers[K]> {
    if (dead !== undefined) return Promise.reject(dead);
    return new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve: (value) => resolve(value as Answers[K]), reject });
      channel.onBusy?.(true);
      channel.post({ id, request: { kind, ...content } }, transfer);
    });
  }

  return {
    ask,
    lost,
    isLost: () => dead !== undefined,
    async close(): Promise<void> {
      await ask('dispose', {}).catch(() => {});
      await channel.close();
    },
  };
}
