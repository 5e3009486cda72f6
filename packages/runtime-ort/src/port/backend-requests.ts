/** What is asked of a backend at the other end of a channel. */
import type { BackendCapabilities, DType, HostTensor, SessionOptions, ValueInfo } from '@oddpixel/contract';

/** A device tensor stays at the other end; its number crosses. */
interface WireDeviceTensor {
  readonly location: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly tensor: number;
}

export type WireTensor = HostTensor | WireDeviceTensor;
type WireTensors = Readonly<Record<string, WireTensor>>;

export interface BackendRequests {
  open: { params: { readonly options: unknown }; result: { readonly capabilities: BackendCapabilities } };
  createSession: {
    params: { readonly model: Uint8Array; readonly options: SessionOptions };
    result: {
      readonly session: number;
      readonly inputs: readonly ValueInfo[];
      readonly outputs: readonly ValueInfo[];
    };
  };
  run: {
    params: { readonly session: number; readonly feeds: WireTensors; readonly outputs: readonly string[] };
    result: WireTensors;
  };
  readTensor: { params: { readonly tensor: number }; result: HostTensor };
  disposeTensor: { params: { readonly tensor: number }; result: void };
  disposeSession: { params: { readonly session: number }; result: void };
  dispose: { params: null; result: void };
}
