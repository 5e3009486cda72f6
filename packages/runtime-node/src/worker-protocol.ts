/** What the main thread and the worker of `inWorker` say to each other. */
import type {
  BackendCapabilities,
  HostTensor,
  OddpixelError,
  SessionOptions,
  ValueInfo,
} from '@oddpixel/model-core/contract';

export interface WorkerStart {
  readonly device: 'cpu';
  readonly threads?: number;
}

export type Request =
  | { readonly kind: 'open' }
  | { readonly kind: 'createSession'; readonly model: Uint8Array; readonly options: SessionOptions }
  | {
      readonly kind: 'run';
      readonly session: number;
      readonly feeds: Readonly<Record<string, HostTensor>>;
      readonly outputs: readonly string[];
    }
  | { readonly kind: 'disposeSession'; readonly session: number }
  | { readonly kind: 'dispose' };

export interface OpenReply {
  readonly name: string;
  readonly capabilities: BackendCapabilities;
}

export interface SessionReply {
  readonly session: number;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/** An error of ours keeps its class across threads: by name and details. */
export interface ErrorReply {
  readonly name: string;
  readonly message: string;
  readonly details?: OddpixelError['details'];
}

export type Reply =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: ErrorReply };
