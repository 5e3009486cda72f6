/**
 * One end of a channel to another thread: a worker of Node, a Web Worker, a MessagePort. The host's own classes
 * differ in how they listen; this is what they have in common.
 */
export interface Channel {
  /** Sends a structured clone. The memory of `transfer` moves instead of being copied. */
  post(message: unknown, transfer: readonly ArrayBuffer[]): void;
  /** Called for every message from the other end, in order. */
  onMessage(listener: (message: unknown) => void): void;
  /** Called once when the other end can answer no more. */
  onEnd?(listener: (reason: string, cause?: unknown) => void): void;
  /** Told when answers are waited for and when none is, so that an idle channel need not keep a program alive. */
  onBusy?(busy: boolean): void;
  /** Ends the other end. */
  close(): Promise<void>;
}

/** What a `MessagePort` of browsers and of Node has. */
export interface MessagePortLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  start(): void;
  close(): void;
}

/** A channel over a message port, such as those of a `MessageChannel` or a SharedWorker. */
export function portChannel(port: MessagePortLike): Channel {
  return {
    post: (message, transfer) => port.postMessage(message, [...transfer]),
    onMessage(listener): void {
      port.addEventListener('message', ({ data }) => listener(data));
      port.start();
    },
    close(): Promise<void> {
      port.close();
      return Promise.resolve();
    },
  };
}
