/** Errors across a channel: a structured clone loses the class of an error, so its code and details cross instead. */
import {
  BackendError,
  BackendUnavailableError,
  DisposedError,
  ForeignTensorError,
  ModelFormatError,
  OddpixelError,
  TensorMismatchError,
  UnknownNameError,
} from '@oddpixel/contract';

export interface WireError {
  readonly message: string;
  /** Absent for errors that are not of the contract. */
  readonly code?: string;
  readonly details?: object;
}

/** What a backend may throw. */
const classes: Readonly<Record<string, new (details: never) => Error>> = {
  BACKEND: BackendError,
  BACKEND_UNAVAILABLE: BackendUnavailableError,
  DISPOSED: DisposedError,
  FOREIGN_TENSOR: ForeignTensorError,
  MODEL_FORMAT: ModelFormatError,
  TENSOR_MISMATCH: TensorMismatchError,
  UNKNOWN_NAME: UnknownNameError,
};

export function toWire(error: unknown): WireError {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof OddpixelError ? { message, code: error.code, details: error.details } : { message };
}

/** The error as the backend named `backend` would have thrown it here. */
export function fromWire(backend: string, { message, code, details }: WireError): Error {
  const errorClass = code === undefined ? undefined : classes[code];
  if (errorClass === undefined) return new BackendError({ backend, operation: 'answer', reason: message });
  const renamed = details !== undefined && 'backend' in details ? { ...details, backend } : details;
  return new errorClass(renamed as never);
}
