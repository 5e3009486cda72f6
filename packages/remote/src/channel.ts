/**
 * One end of a channel to another thread or process. Hosts differ in how they listen; this is what they have in common.
 * It is not a codec: messages are structured clones, and a channel over bytes encodes them itself.
 */
export interface Channel {
  /** Sends a structured clone; does nothing once closed. The memory in `transfer` moves instead of being copied. */
  post(message: unknown, transfer: readonly ArrayBuffer[]): void;
  /** Calls `listener` for every message from the other end, in order. */
  onMessage(listener: (message: unknown) => void): void;
  /** Calls `listener` once the other end can answer no more. */
  onClose?(listener: (reason: string, cause?: unknown) => void): void;
  /** Called with `true` while answers are awaited, so that an idle channel need not keep a program alive. */
  onBusy?(busy: boolean): void;
  /** Ends the channel, and a worker at the other end with it. */
  close(): Promise<void>;
}

export interface MessageEventLike {
  readonly data: unknown;
}

/** The part of a `MessagePort` that browsers and Node share. */
export interface MessagePortLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: MessageEventLike) => void): void;
  addEventListener(type: 'messageerror' | 'close', listener: () => void): void;
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
    onClose(listener): void {
      port.addEventListener('close', () => listener('its port was closed'));
      port.addEventListener('messageerror', () => listener(unreadable));
    },
    close(): Promise<void> {
      port.close();
      return Promise.resolve();
    },
  };
}

/** The part of a Web Worker that its owner uses. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: MessageEventLike) => void): void;
  addEventListener(type: 'messageerror', listener: () => void): void;
  addEventListener(type: 'error', listener: (event: { readonly message?: string }) => void): void;
  terminate(): void;
}

/** The owner's end of a channel to a Web Worker. Closing it terminates the worker. */
export function workerChannel(worker: WorkerLike): Channel {
  return {
    post: (message, transfer) => worker.postMessage(message, [...transfer]),
    onMessage: (listener) => worker.addEventListener('message', ({ data }) => listener(data)),
    onClose(listener): void {
      worker.addEventListener('error', (event) =>
        listener(event.message || 'its script could not be loaded', event),
      );
      worker.addEventListener('messageerror', () => listener(unreadable));
    },
    close(): Promise<void> {
      worker.terminate();
      return Promise.resolve();
    },
  };
}

/** The part of a Web Worker's own scope that talks to the owner. */
export interface WorkerScopeLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: MessageEventLike) => void): void;
}

/** The worker's end of a channel to the page or worker that started it. */
export function ownerChannel(scope = globalThis as unknown as WorkerScopeLike): Channel {
  return {
    post: (message, transfer) => scope.postMessage(message, [...transfer]),
    onMessage: (listener) => scope.addEventListener('message', ({ data }) => listener(data)),
    // The owner ends its workers.
    close: () => Promise.resolve(),
  };
}

const unreadable = 'it sent a message that cannot be read here';
