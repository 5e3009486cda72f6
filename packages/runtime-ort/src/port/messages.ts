/** What the two ends say to each other. */
import type { BackendCapabilities, DType, HostTensor, SessionOptions, ValueInfo } from '@oddpixel/contract';
import type { WireError } from './wire-error.ts';

/** A device tensor stays at the other end; its number crosses. */
interface WireDeviceTensor {
  readonly location: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly tensor: number;
}

export type WireTensor = HostTensor | WireDeviceTensor;
export type WireTensors = Readonly<Record<string, WireTensor>>;

export type Request =
  | { readonly kind: 'open'; readonly options: unknown }
  | { readonly kind: 'createSession'; readonly model: Uint8Array; readonly options: SessionOptions }
  | {
      readonly kind: 'run';
      readonly session: number;
      readonly feeds: WireTensors;
      readonly outputs: readonly string[];
    }
  | { readonly kind: 'readTensor'; readonly tensor: number }
  | { readonly kind: 'disposeTensor'; readonly tensor: number }
  | { readonly kind: 'disposeSession'; readonly session: number }
  | { readonly kind: 'dispose' };

export interface Answers {
  open: { readonly capabilities: BackendCapabilities };
  createSession: {
    readonly session: number;
    readonly inputs: readonly ValueInfo[];
    readonly outputs: readonly ValueInfo[];
  };
  run: WireTensors;
  readTensor: HostTensor;
  disposeTensor: undefined;
  disposeSession: undefined;
  dispose: undefined;
}

export type Reply =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: WireError };

export interface Question {
  readonly id: number;
  readonly request: Request;
}
