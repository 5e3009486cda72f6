/** What crosses the channel. Every `call` is answered exactly once: with a result, an error, or the word that it stopped. */
import type { WireError } from './wire-error.ts';

/**
 * Changes with the meaning of messages. Every call carries it, so the first message does, however late the other end
 * begins to listen. A call of another version is answered with a ProtocolVersionError; for that, `kind`, `id` and
 * `version` of a call, and `kind`, `id` and `error` of an error stay what they are in all versions.
 */
export const protocolVersion = 1;

/** From the end that asks. */
export type ToServer =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly version: number;
      readonly name: string;
      readonly params: unknown;
    }
  | { readonly kind: 'cancel'; readonly id: number };

/** From the end that answers. */
export type ToClient =
  | { readonly kind: 'progress'; readonly id: number; readonly progress: unknown }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'cancelled'; readonly id: number };

const toServerKinds: readonly unknown[] = ['call', 'cancel'] satisfies ToServer['kind'][];
const toClientKinds: readonly unknown[] = [
  'progress',
  'result',
  'error',
  'cancelled',
] satisfies ToClient['kind'][];

/** Others may talk on the same channel, such as a bundler's development client; what is not ours is left to them. */
export function isToServer(message: unknown): message is ToServer {
  return isOneOf(message, toServerKinds);
}

export function isToClient(message: unknown): message is ToClient {
  return isOneOf(message, toClientKinds);
}

function isOneOf(message: unknown, kinds: readonly unknown[]): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { kind, id } = message as { readonly kind?: unknown; readonly id?: unknown };
  return typeof id === 'number' && kinds.includes(kind);
}
