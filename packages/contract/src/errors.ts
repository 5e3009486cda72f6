/**
 * One error class per mistake. Each has a stable `code`, structured `details`, and a message of three parts:
 * what was expected, what was received, how to fix it. Branch on the class or on `code`, never on the text.
 *
 * Cancellation is not an error class of ours: an aborted call rejects with the signal's own `reason`
 * (a `DOMException` named `AbortError` unless the caller gave another).
 */

/** Structured facts about an error. `fix` is a sentence: what to do. */
export interface ErrorDetails {
  readonly [key: string]: unknown;
  readonly fix?: string | undefined;
}

/** Base of every error this project throws on purpose. */
export abstract class OddpixelError<D extends ErrorDetails = ErrorDetails> extends Error {
  /** Stable identifier, for example `MODEL_FORMAT`. */
  abstract readonly code: string;
  readonly details: D;

  constructor(message: string, details: D, options?: { cause?: unknown }) {
    super(details.fix === undefined ? message : `${message} ${details.fix}`, options);
    this.name = new.target.name;
    this.details = details;
  }
}

export interface Mismatch extends ErrorDetails {
  /** The input, field or tensor that does not fit. */
  readonly name: string;
  readonly expected: string;
  readonly received: string;
}

function mismatchMessage(details: Mismatch): string {
  return `Expected ${details.expected} for \`${details.name}\`, received ${details.received}.`;
}

/** A tensor's type or shape is not what the graph or function takes. */
export class TensorMismatchError extends OddpixelError<Mismatch> {
  readonly code = 'TENSOR_MISMATCH';
  constructor(details: Mismatch, options?: { cause?: unknown }) {
    super(mismatchMessage(details), details, options);
  }
}

/** An argument, option or parameter is outside what is allowed. */
export class ParameterError extends OddpixelError<Mismatch> {
  readonly code = 'PARAMETER';
  constructor(details: Mismatch, options?: { cause?: unknown }) {
    super(mismatchMessage(details), details, options);
  }
}

/** A feed is missing, is not an input of the graph, or an asked-for output does not exist. */
export class UnknownNameError extends OddpixelError<{
  kind: 'input' | 'output';
  name: string;
  known: readonly string[];
  fix?: string | undefined;
}> {
  readonly code = 'UNKNOWN_NAME';
  constructor(details: {
    kind: 'input' | 'output';
    name: string;
    known: readonly string[];
    missing?: boolean;
    fix?: string | undefined;
  }) {
    const list = details.known.map((name) => `\`${name}\``).join(', ') || 'none';
    const problem =
      details.missing === true
        ? `${details.kind} \`${details.name}\` is missing`
        : `there is no ${details.kind} \`${details.name}\``;
    super(`The model's ${details.kind}s are ${list}; ${problem}.`, details);
  }
}

/** The backend cannot work here (no device, no driver, no library). The only error that `selectBackend` passes over. */
export class BackendUnavailableError extends OddpixelError<{
  backend: string;
  reason: string;
  fix?: string | undefined;
}> {
  readonly code = 'BACKEND_UNAVAILABLE';
  constructor(
    details: { backend: string; reason: string; fix?: string | undefined },
    options?: { cause?: unknown },
  ) {
    super(`Backend \`${details.backend}\` is not available: ${details.reason}.`, details, options);
  }
}

/** The backend accepted the model but failed while running it, or lost its device. */
export class BackendError extends OddpixelError<{
  backend: string;
  operation: string;
  reason: string;
  fix?: string | undefined;
}> {
  readonly code = 'BACKEND';
  constructor(
    details: { backend: string; operation: string; reason: string; fix?: string | undefined },
    options?: { cause?: unknown },
  ) {
    super(
      `Backend \`${details.backend}\` failed to ${details.operation}: ${details.reason}.`,
      details,
      options,
    );
  }
}

/** A device tensor was given to a backend that did not make it. */
export class ForeignTensorError extends OddpixelError<{
  name: string;
  owner: string;
  backend: string;
  fix: string;
}> {
  readonly code = 'FOREIGN_TENSOR';
  constructor(details: { name: string; owner: string; backend: string }) {
    super(
      `Input \`${details.name}\` holds a tensor of \`${details.owner}\`, but this session belongs to \`${details.backend}\`.`,
      {
        ...details,
        fix: 'Call read() on it and pass the host tensor.',
      },
    );
  }
}

/** A backend, session or tensor was used after `dispose`. */
export class DisposedError extends OddpixelError<{ what: string; fix?: string | undefined }> {
  readonly code = 'DISPOSED';
  constructor(details: { what: string; fix?: string | undefined }) {
    super(`${details.what} was used after dispose().`, details);
  }
}

/** Bytes are not the ONNX or model file that they should be. `where` names the field, node or offset. */
export class ModelFormatError extends OddpixelError<{
  where: string;
  problem: string;
  /** The image in which it showed, if there is one. */
  imageId?: number | undefined;
  fix?: string | undefined;
}> {
  readonly code = 'MODEL_FORMAT';
  constructor(
    details: { where: string; problem: string; imageId?: number | undefined; fix?: string | undefined },
    options?: { cause?: unknown },
  ) {
    super(`Not a usable model file: ${details.where}: ${details.problem}.`, details, options);
  }
}

/** What a model computed is no result: values that are not finite, or not one score and map per image. */
export class ResultError extends OddpixelError<{
  what: string;
  problem: string;
  /** The image, if its sample has an id. */
  imageId?: number | undefined;
  fix?: string | undefined;
}> {
  readonly code = 'RESULT';
  constructor(
    details: { what: string; problem: string; imageId?: number | undefined; fix?: string | undefined },
    options?: { cause?: unknown },
  ) {
    super(`No verdict for ${details.what}: ${details.problem}.`, details, options);
  }
}

/** The graph's operator set version is one that we can neither use nor upgrade. */
export class UnsupportedOpsetError extends OddpixelError<{
  opset: number;
  supported: string;
  operator?: string;
  fix?: string | undefined;
}> {
  readonly code = 'UNSUPPORTED_OPSET';
  constructor(details: { opset: number; supported: string; operator?: string; fix?: string | undefined }) {
    const what = details.operator === undefined ? '' : ` (operator ${details.operator})`;
    super(`The model uses opset ${details.opset}${what}; supported: ${details.supported}.`, details);
  }
}

/** The graph holds an operator, or a form of one, that this part of the product does not know. */
export class UnsupportedOperatorError extends OddpixelError<{
  operator: string;
  node: string;
  reason: string;
  fix?: string | undefined;
}> {
  readonly code = 'UNSUPPORTED_OPERATOR';
  constructor(details: { operator: string; node: string; reason: string; fix?: string | undefined }) {
    super(`Operator ${details.operator} (node \`${details.node}\`): ${details.reason}.`, details);
  }
}

/** The model is not in the state that the call needs, for example not trained yet. */
export class ModelStateError extends OddpixelError<{
  expected: string;
  received: string;
  fix?: string | undefined;
}> {
  readonly code = 'MODEL_STATE';
  constructor(details: { expected: string; received: string; fix?: string | undefined }) {
    super(`Expected ${details.expected}, but the model is ${details.received}.`, details);
  }
}

/** A training's error became useless; the parameters are lost, those of a checkpoint are not. */
export class TrainingDivergedError extends OddpixelError<{
  epoch: number;
  error: number;
  bestError?: number | undefined;
  fix: string;
}> {
  readonly code = 'TRAINING_DIVERGED';
  constructor(details: { epoch: number; error: number; bestError?: number | undefined }) {
    const before = details.bestError === undefined ? '' : ` after ${details.bestError} before`;
    super(`Training diverged: the error is ${details.error} in epoch ${details.epoch}${before}.`, {
      ...details,
      fix: 'Lower the learning rate (try a tenth of it), and check that the images have the range that the preprocessing parameters state.',
    });
  }
}

/** An image cannot be decoded or has a form that is not supported. */
export class ImageFormatError extends OddpixelError<{
  file?: string | undefined;
  problem: string;
  fix?: string | undefined;
}> {
  readonly code = 'IMAGE_FORMAT';
  constructor(
    details: { file?: string | undefined; problem: string; fix?: string | undefined },
    options?: { cause?: unknown },
  ) {
    super(`${details.file ?? 'Image'}: ${details.problem}.`, details, options);
  }
}

/** An image or file is larger than the stated limit. */
export class LimitExceededError extends OddpixelError<{
  what: string;
  limit: number;
  received: number;
  unit: string;
  fix?: string | undefined;
}> {
  readonly code = 'LIMIT_EXCEEDED';
  constructor(details: {
    what: string;
    limit: number;
    received: number;
    unit: string;
    fix?: string | undefined;
  }) {
    super(`${details.what} has ${details.received} ${details.unit}; the limit is ${details.limit}.`, details);
  }
}

/** A data set on disk cannot be read as one. `problems` lists everything found, not only the first. */
export class DatasetError extends OddpixelError<{
  path: string;
  problems: readonly string[];
  fix?: string | undefined;
}> {
  readonly code = 'DATASET';
  constructor(
    details: { path: string; problems: readonly string[]; fix?: string | undefined },
    options?: { cause?: unknown },
  ) {
    const shown = details.problems.slice(0, 10).join('; ');
    const more = details.problems.length > 10 ? `; and ${details.problems.length - 10} more` : '';
    super(`Data set ${details.path}: ${shown}${more}.`, details, options);
  }
}

/** A file or folder is missing or cannot be read or written. */
export class FileError extends OddpixelError<{
  path: string;
  operation: 'read' | 'write' | 'list';
  reason: string;
  fix?: string | undefined;
}> {
  readonly code = 'FILE';
  constructor(
    details: { path: string; operation: 'read' | 'write' | 'list'; reason: string; fix?: string | undefined },
    options?: { cause?: unknown },
  ) {
    super(`Cannot ${details.operation} ${details.path}: ${details.reason}.`, details, options);
  }
}
