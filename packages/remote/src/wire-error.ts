/**
 * Errors across a channel. A structured clone loses the class and the details of an error, so its code and details
 * cross instead. Its stack stays: it names files that are none of the other end's business.
 */
import {
  BackendError,
  BackendUnavailableError,
  DatasetError,
  DisposedError,
  FileError,
  ForeignTensorError,
  ImageFormatError,
  LimitExceededError,
  ModelFormatError,
  ModelStateError,
  OddpixelError,
  ParameterError,
  ResultError,
  TensorMismatchError,
  TrainingDivergedError,
  UnknownNameError,
  UnsupportedOperatorError,
  UnsupportedOpsetError,
} from '@oddpixel/contract';
import { ConnectionClosedError, ProtocolVersionError, RemoteError, UnknownRequestError } from './errors.ts';

export interface WireError {
  readonly name: string;
  readonly message: string;
  /** Of errors of the contract and of this package. It identifies the class, because bundlers rename classes. */
  readonly code?: string | undefined;
  readonly details?: object | undefined;
  /** The other end threw a DOMException; `name` says of which kind. */
  readonly dom?: boolean | undefined;
  readonly cause?: WireError | undefined;
}

const classes: Readonly<Record<string, new (details: never) => Error>> = {
  BACKEND: BackendError,
  BACKEND_UNAVAILABLE: BackendUnavailableError,
  CONNECTION_CLOSED: ConnectionClosedError,
  DATASET: DatasetError,
  DISPOSED: DisposedError,
  FILE: FileError,
  FOREIGN_TENSOR: ForeignTensorError,
  IMAGE_FORMAT: ImageFormatError,
  LIMIT_EXCEEDED: LimitExceededError,
  MODEL_FORMAT: ModelFormatError,
  MODEL_STATE: ModelStateError,
  PARAMETER: ParameterError,
  PROTOCOL_VERSION: ProtocolVersionError,
  REMOTE: RemoteError,
  RESULT: ResultError,
  TENSOR_MISMATCH: TensorMismatchError,
  TRAINING_DIVERGED: TrainingDivergedError,
  UNKNOWN_NAME: UnknownNameError,
  UNKNOWN_REQUEST: UnknownRequestError,
  UNSUPPORTED_OPERATOR: UnsupportedOperatorError,
  UNSUPPORTED_OPSET: UnsupportedOpsetError,
};

/** Causes of causes that cross; an error may be its own. */
const maxCauses = 4;

export function toWire(error: unknown, causes: number = maxCauses): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: said(error) };
  const { name, message, cause } = error;
  const { code, details } = error instanceof OddpixelError ? error : {};
  return {
    name: said(name),
    message: said(message),
    code,
    details,
    dom: error instanceof DOMException ? true : undefined,
    cause: cause === undefined || causes === 0 ? undefined : toWire(cause, causes - 1),
  };
}

/** What was thrown, as text; an object without a prototype has none. */
function said(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return 'something was thrown that is no error';
  }
}

/** The error as the other end threw it: same class, message, details and cause. */
export function fromWire(wire: WireError): Error {
  const { name, message, code, details, cause } = wire;
  if (wire.dom === true) return new DOMException(message, name);
  const error = rebuilt(wire) ?? new RemoteError({ name, message, code, details });
  // The words of the other end, and no part of the enumerable fields: as the constructor of Error leaves them.
  const own = (value: unknown): PropertyDescriptor => ({ value, writable: true, configurable: true });
  Object.defineProperty(error, 'message', own(message));
  if (cause !== undefined) Object.defineProperty(error, 'cause', own(fromWire(cause)));
  return error;
}

function rebuilt({ code, details }: WireError): Error | undefined {
  if (code === undefined || details === undefined || !Object.hasOwn(classes, code)) return undefined;
  try {
    const errorClass = classes[code];
    return errorClass && new errorClass(details as never);
  } catch {
    // Details of another version may lack what the class makes its message of.
    return undefined;
  }
}
