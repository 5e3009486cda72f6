/**
 * What a backend is: something that runs ONNX graphs on ONE kind of device.
 *
 * It runs inference graphs, feature graphs and training-step graphs alike, so whatever can run a graph can
 * also train. A backend never substitutes another device; choosing is the caller's visible decision
 * (`selectBackend`). To write one, see docs/write-your-own-backend.md and pass `@oddpixel/conformance`.
 */
import type { DType, Tensor } from './tensor.ts';

/** Name, element type and shape of a graph input or output. Named dimensions are dynamic. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly (number | string)[];
}

export interface RunOptions {
  /** Aborted while queued: rejects at once and never starts. Aborted while running: rejects at completion; the session stays usable. */
  readonly signal?: AbortSignal | undefined;
  /** Only these outputs are computed and returned. Default: all. */
  readonly outputs?: readonly string[];
}

/** One loaded graph. */
export interface Session {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /**
   * Runs the graph. Concurrent calls are queued in call order. Feeds are borrowed until the promise settles
   * and never detached or changed. The caller disposes device outputs.
   *
   * @throws UnknownNameError, TensorMismatchError, ForeignTensorError, DisposedError, BackendError
   */
  run(feeds: Readonly<Record<string, Tensor>>, options?: RunOptions): Promise<Record<string, Tensor>>;
  /** Waits for queued runs, then releases. Idempotent. */
  dispose(): Promise<void>;
}

/** What a backend declares. Code branches on these, never on a backend's name. */
export interface BackendCapabilities {
  /** Outputs named in `SessionOptions.keepOnDevice` stay on the device and can be fed back without a copy. */
  readonly keepOnDevice: boolean;
  /** Same feeds, same bits, on every run. */
  readonly deterministic: boolean;
  /** float16 tensors and arithmetic. */
  readonly float16: boolean;
  /** Threads that one run uses; 1 if threads have no meaning. */
  readonly threads: number;
  /** Largest single tensor, in bytes. Graphs are cut so that no intermediate value exceeds it. */
  readonly maxBufferBytes: number;
  /** Element types that inputs and outputs may have. */
  readonly dtypes: readonly DType[];
  /** Runs that go on at the same time: whoever has much to do keeps that many in flight. Default 1. */
  readonly parallelRuns?: number;
}

export interface SessionOptions {
  /** Outputs to keep on the device. Without the capability they come back as host tensors. */
  readonly keepOnDevice?: readonly string[] | undefined;
  /**
   * A hint: runs will be asked for one after the other, so each shall be answered as fast as possible, even if that
   * blocks the caller's thread. Default: as many runs at the same time as `parallelRuns`.
   */
  readonly oneByOne?: boolean;
}

export interface Backend {
  /** Open string: `ort-node:cpu`, `ort-web:webgpu`, or a plugin's own. */
  readonly name: string;
  readonly capabilities: BackendCapabilities;
  /** Resolves with the reason when the backend is gone for good, with all that was loaded on it. Never rejects. */
  readonly lost?: Promise<string> | undefined;
  /** Loads an ONNX model. The bytes are borrowed until the promise settles. @throws ModelFormatError, BackendError, DisposedError */
  createSession(model: Uint8Array, options?: SessionOptions): Promise<Session>;
  /** Disposes all sessions. Idempotent. */
  dispose(): Promise<void>;
}

/** Makes a backend. Factories are values passed in; importing one starts nothing. */
export interface BackendFactory {
  readonly name: string;
  /** @throws BackendUnavailableError when this device cannot be used here. */
  open(signal?: AbortSignal): Promise<Backend>;
}
